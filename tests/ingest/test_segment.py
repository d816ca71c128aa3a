"""Segment's dialect: what a client sends becomes a canonical event."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.core.event import Event
from services.ingest.dialects.segment import Arrival, millis, read, skew_of
from services.ingest.refusal import Reason, Refusal

NOON = millis(datetime(2026, 11, 2, 12, tzinfo=UTC))


def arrival(**how: Any) -> Arrival:
    return Arrival(**{"project": "shop", "received_at": NOON, "new_id": lambda: "new", **how})


def event(call: dict[str, Any], **how: Any) -> Event:
    outcome = read(msgspec.json.encode({"type": "track", "event": "Bought", **call}), arrival(**how))
    assert isinstance(outcome, Event), outcome
    return outcome


def refusal(item: bytes, **how: Any) -> Refusal:
    outcome = read(item, arrival(**how))
    assert isinstance(outcome, Refusal), outcome
    return outcome


def test_properties_and_context_pass_byte_for_byte() -> None:
    props, context = b'{"price":1.10, "big":12345678901234567890,"e":"\\u00e9"}', b'{"ip" :"10.0.0.1"}'
    item = b'{"type":"track","event":"Bought","userId":"u","properties":' + props + b',"context":' + context + b"}"

    taken = read(item, arrival())

    assert isinstance(taken, Event)
    assert (bytes(taken.props), bytes(taken.context)) == (props, context)


@pytest.mark.parametrize(
    ("ids", "visitor", "user"),
    [
        ({"anonymousId": "a", "userId": "u"}, "a", "u"),
        ({"anonymousId": "a"}, "a", ""),
        ({"userId": "u"}, "u", "u"),
        ({"userId": 17}, "17", "17"),
        ({"anonymousId": "", "userId": "u"}, "u", "u"),
        ({"anonymousId": None, "userId": None}, "", ""),
    ],
)
def test_the_visitor_is_the_anonymous_id_else_the_user(ids: dict[str, Any], visitor: str, user: str) -> None:
    taken = event(ids)

    assert (taken.visitor, taken.user) == (visitor, user)


def test_an_alias_speaks_of_the_visitor_of_before() -> None:
    taken = event({"type": "alias", "previousId": "a", "userId": "u"})

    assert (taken.visitor, taken.user, taken.name) == ("a", "u", "alias")


def test_traits_are_the_properties_of_an_identify() -> None:
    taken = event({"type": "identify", "userId": "u", "traits": {"plan": "pro"}})

    assert (taken.name, bytes(taken.props)) == ("identify", b'{"plan":"pro"}')


@pytest.mark.parametrize("own", [{}, {"traits": {}}, {"traits": None}])
def test_traits_that_stand_in_the_context_are_an_identifys_too(own: dict[str, Any]) -> None:
    taken = event({"type": "identify", "userId": "u", "context": {"traits": {"plan": "pro"}}, **own})

    assert bytes(taken.props) == b'{"plan":"pro"}'


def test_an_identifys_own_traits_go_before_those_of_its_context() -> None:
    taken = event({"type": "identify", "userId": "u", "traits": {"a": 1}, "context": {"traits": {"b": 2}}})

    assert bytes(taken.props) == b'{"a":1}'


def test_a_group_keeps_its_id_beside_its_traits() -> None:
    taken = event({"type": "group", "userId": "u", "groupId": "g", "traits": {"size": 3}})

    assert bytes(taken.props) == b'{"groupId":"g","traits":{"size":3}}'


def test_a_message_id_is_kept_and_one_is_given_where_there_is_none() -> None:
    assert event({"userId": "u", "messageId": "m"}).id == "m"
    assert event({"userId": "u"}).id == "new"


@pytest.mark.parametrize(
    ("written", "later"),
    [
        ("2026-11-02T11:00:00Z", 0),
        ("2026-11-02T11:00:00.125Z", 125),
        ("2026-11-02T11:00:00.125999999Z", 126),
        ("2026-11-02T13:00:00.007+02:00", 7),
        ("2026-11-02T11:00:00.250", 250),
    ],
)
def test_times_are_read_in_every_spelling_clients_use(written: str, later: int) -> None:
    assert event({"userId": "u", "timestamp": written}).occurred_at == NOON - 3600_000 + later


def test_without_a_time_an_event_occurred_when_it_was_received() -> None:
    assert event({"userId": "u"}).occurred_at == NOON


def test_what_the_clients_clock_was_off_when_it_sent_is_taken_off() -> None:
    sent_at = datetime(2026, 11, 2, 9, tzinfo=UTC)  # three hours behind

    taken = event({"userId": "u", "timestamp": "2026-11-02T08:59:00Z"}, skew=skew_of(sent_at, NOON))

    assert taken.occurred_at == NOON - 60_000


def test_a_call_that_says_itself_when_it_was_sent_is_believed_before_its_batch() -> None:
    call = {"userId": "u", "originalTimestamp": "2026-11-02T08:59:00Z", "sentAt": "2026-11-02T09:00:00Z"}

    assert event(call, skew=5).occurred_at == NOON - 60_000


def test_history_keeps_its_times_and_carries_the_watermark() -> None:
    call = {"userId": "u", "timestamp": "2019-10-01T00:00:00Z"}
    then = millis(datetime(2019, 10, 1, tzinfo=UTC))

    own = event(call, historical=True, skew=99)
    promised = event(call, historical=True, watermark=1000)

    assert (own.occurred_at, own.watermark) == (then, then)
    assert (promised.occurred_at, promised.watermark) == (then, 1000)


def test_history_needs_a_time() -> None:
    assert refusal(b'{"type":"track","event":"x","userId":"u"}', historical=True).reason is Reason.CLOCK


def test_a_page_is_where_the_call_says_else_where_its_context_says() -> None:
    page = {"path": "/a", "url": "https://s.example/a", "referrer": "https://r.example", "title": "A"}

    own = event({"type": "page", "userId": "u", "properties": {"path": "/b"}, "context": {"page": page}})
    around = event({"userId": "u", "properties": {"path": "/not/a/page"}, "context": {"page": page}})

    assert (own.path, own.url, own.referrer, own.title) == ("/b", page["url"], page["referrer"], "A")
    assert (around.path, around.title) == ("/a", "A")


def test_a_path_is_taken_from_the_address_where_there_is_only_that() -> None:
    assert event({"userId": "u", "context": {"page": {"url": "https://s.example/a/b?q=1"}}}).path == "/a/b"
    assert event({"userId": "u", "context": {"page": {"url": "https://[broken"}}}).path == ""


@pytest.mark.parametrize("page", [3, {"path": 3}, [1], None])
def test_a_page_of_another_shape_is_no_page_and_no_fault(page: Any) -> None:
    taken = event({"userId": "u", "context": {"page": page}})

    assert taken.path == ""
    assert msgspec.json.decode(taken.context) == {"page": page}


def test_what_a_batch_shares_is_merged_under_a_calls_own_context() -> None:
    shared = {"library": msgspec.Raw(b'"java"'), "locale": msgspec.Raw(b'"de"')}

    assert msgspec.json.decode(event({"userId": "u", "context": {"locale": "fr"}}, context=shared).context) == {
        "library": "java",
        "locale": "fr",
    }


@pytest.mark.parametrize("nothing", [{}, {"properties": None, "context": None}])
def test_no_properties_are_empty_ones(nothing: dict[str, Any]) -> None:
    taken = event({"userId": "u", **nothing})

    assert (bytes(taken.props), bytes(taken.context)) == (b"{}", b"{}")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (b"3", "Expected `object`, got `int`"),
        (b'{"type":"shout","userId":"u"}', "must be one of"),
        (b'{"userId":"u"}', "must be one of"),
        (b'{"type":"track","event":7,"userId":"u"}', r"\$\.event"),
        (b'{"type":"track","event":"x","userId":"u","timestamp":"yesterday"}', "RFC3339"),
        (b'{"type":"track","event":"x","userId":"u","properties":[1]}', r"\$\.properties"),
        (b'{"type":"identify","userId":"u","traits":"x"}', r"\$\.traits"),
        (b'{"type":"track","event":"x","userId":"u","context":"here"}', r"\$\.context"),
    ],
)
def test_a_call_of_another_shape_is_refused_with_the_place_of_the_fault(item: bytes, said: str) -> None:
    refused = refusal(item)

    assert refused.reason is Reason.SCHEMA
    assert re.search(said, refused.detail)
