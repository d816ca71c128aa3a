"""A refused event as it is sent again: it happens when it did happen, and counts once."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.core.event import Event, Millis
from services.core.refusal import Reason
from services.edges.refused import Refused
from services.ingest.dialects import segment
from services.refused.call import Call, CannotBeSent, call_of

AT = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def refused(raw: bytes, **given: Any) -> Refused:
    fields: dict[str, Any] = {
        "project": "shop", "log_id": "log", "partition": 1, "offset": 7, "at": AT, "reason": "keys", "detail": "",
        "raw": raw, "size": len(raw), "type": "", "skew": 0, "historical": False,
    }  # fmt: skip
    return Refused(**fields | given)


def taken(call: Call, after_seconds: int = 3600) -> Event:
    """What ingest makes of it when it is sent an hour later."""
    arrival = segment.Arrival(
        "shop", Millis(AT + after_seconds * 1000), lambda: "new", historical=call.historical, replayed=True
    )
    event = segment.read(call.body, arrival)
    assert isinstance(event, Event)
    return event


def test_an_event_without_a_time_happened_when_it_first_arrived() -> None:
    event = taken(call_of(refused(b'{"type":"track","event":"x","userId":"u"}')))

    assert (event.name, event.visitor, event.occurred_at) == ("x", "u", AT)


def test_the_skew_of_the_clock_that_sent_it_is_corrected_as_it_was_then() -> None:
    raw = b'{"type":"track","event":"x","userId":"u","timestamp":"2025-12-31T22:00:00Z"}'

    event = taken(call_of(refused(raw, skew=7_200_000)))

    assert event.occurred_at == AT


def test_without_an_id_it_gets_the_same_one_every_time() -> None:
    lost = refused(b'{"type":"track","event":"x","userId":"u"}')

    assert taken(call_of(lost)).id == taken(call_of(lost)).id != "new"


def test_an_id_and_every_other_byte_of_a_value_stay_as_they_came() -> None:
    raw = b'{"messageId":"m","type":"page","userId":"u","properties":{"a": 1.50, "b":"\\u00e9"}}'

    event = taken(call_of(refused(raw)))

    assert event.id == "m"
    assert bytes(event.props) == b'{"a": 1.50, "b":"\\u00e9"}'


def test_the_type_that_the_route_said_is_said_again() -> None:
    event = taken(call_of(refused(b'{"event":"x","userId":"u"}', type="track")))

    assert (event.type, event.name) == ("track", "x")


def test_history_stays_history() -> None:
    raw = b'{"type":"track","event":"x","userId":"u","timestamp":"2024-05-01T00:00:00Z"}'

    call = call_of(refused(raw, historical=True))

    assert call.historical
    assert taken(call).occurred_at == call.at == datetime(2024, 5, 1, tzinfo=UTC).timestamp() * 1000


def test_how_its_visitor_came_is_what_its_first_request_told_and_the_call_itself_before_that() -> None:
    raw = (
        b'{"type":"track","event":"x","userId":"u","context":{"page":{"url":"https://shop.example/?utm_source=mail"}}}'
    )

    event = taken(call_of(refused(raw, seen="mobile|Firefox|Android||AT")))

    assert event.seen == "mobile|Firefox|Android|direct|AT|mail"
    assert b"Firefox" not in bytes(event.context)


def test_a_first_request_that_nobody_sent_counts_only_where_it_is_sent_again() -> None:
    body = b'{"type":"track","event":"x","userId":"u","seen":"mobile|Firefox"}'

    event = segment.read(body, segment.Arrival("shop", Millis(AT), lambda: "new"))

    assert isinstance(event, Event)
    assert event.seen == ""


def test_what_we_cannot_read_goes_as_it_came() -> None:
    assert call_of(refused(b"3")).body == b"3"


@pytest.mark.parametrize("kind", ["track", "page", "identify", "group", "alias"])
def test_an_event_that_a_worker_could_not_apply_is_the_same_event_again(kind: str) -> None:
    props = b'{"groupId":"g","traits":{"a":1}}' if kind == "group" else b'{"a":1}'
    event = Event(
        id="m", project="shop", visitor="anna", type=kind, name="x" if kind == "track" else kind, occurred_at=AT - 5,
        received_at=AT + 3_600_000, user="u", path="/a", url="https://shop/a", title="A", props=msgspec.Raw(props),
        seen="|||direct",
    )  # fmt: skip

    again = taken(call_of(refused(msgspec.json.encode(event), reason=Reason.FAILED)))

    assert msgspec.structs.replace(again, context=event.context) == event


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (refused(b'{"type', size=90_000), "only 6 of its 90000 bytes were kept"),
        (refused(b"\xff", reason=Reason.UNREADABLE), "it is no event"),
        (refused(b"{"), "it is not JSON"),
    ],
)
def test_what_is_no_call_and_no_event_cannot_be_sent(lost: Refused, why: str) -> None:
    with pytest.raises(CannotBeSent, match=why):
        call_of(lost)
