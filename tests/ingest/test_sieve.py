"""What is left of a request's events."""

from typing import Any

import msgspec
import pytest

from services.core.event import Event
from services.core.key import Key, Kind
from services.core.terms import USUAL, Terms
from services.ingest.caller import Caller
from services.ingest.dialects.segment import Arrival
from services.ingest.event_names import EventNames
from services.ingest.gate import Sending
from services.ingest.line import Line, line_of
from services.ingest.recent import Recent
from services.ingest.refusal import Reason
from services.ingest.sieve import Sieve, Sifted

GOOGLE = b'{"userAgent":"Googlebot/2.1"}'


def event(name: str = "x", id: str = "m", visitor: str = "v", **fields: Any) -> Event:
    moment = {"occurred_at": 1000, "received_at": 1000}
    return Event(id=id, project="shop", visitor=visitor, name=name, **{"type": "track", **moment, **fields})


def line(**fields: Any) -> Line:
    return line_of(event(**fields))


def sift(sieve: Sieve, *events: Event, terms: Terms = USUAL, body: bytes = b"", **how: Any) -> Sifted:
    """Sift them, and take what is left to be safe."""
    sending = Sending(Key(Kind.WRITE, "shop", "", terms=terms), Caller({}, {}, ""), len(events), historical=False)
    sifted = sieve.sift([line_of(event) for event in events], body, sending, Arrival("shop", 1000, str, **how))
    sieve.recent.remember(sifted.keys)
    return sifted


def test_the_same_event_twice_in_a_request_is_kept_once() -> None:
    left = sift(Sieve(), event(), event(), event(id="n"))

    assert ([one.id for one in left.lines], left.dropped) == (["m", "n"], {Reason.DUPLICATE: 1})


def test_an_event_that_was_taken_a_moment_ago_is_not_kept_again() -> None:
    sieve = Sieve()
    sift(sieve, event())

    left = sift(sieve, event(), event(id="n"))

    assert ([one.id for one in left.lines], left.dropped) == (["n"], {Reason.DUPLICATE: 1})


def test_what_never_became_safe_may_be_sent_again() -> None:
    sieve = Sieve()
    sending = Sending(Key(Kind.WRITE, "shop", ""), Caller({}, {}, ""), 1, historical=False)
    sieve.sift([line_of(event())], b"", sending, Arrival("shop", 1000, str))

    left = sift(sieve, event())

    assert (len(left.lines), left.dropped) == (1, {})


@pytest.mark.parametrize("other", [{"visitor": "w"}, {"id": "n"}])
def test_another_visitors_event_of_the_same_id_is_another(other: dict[str, str]) -> None:
    sieve = Sieve()
    sift(sieve, event())

    assert sift(sieve, event(**other)).dropped == {}


@pytest.mark.parametrize("on_purpose", [{"historical": True}, {"replayed": True}])
def test_what_is_sent_again_on_purpose_is_not_held_back(on_purpose: Any) -> None:
    sieve = Sieve()
    sift(sieve, event())

    assert sift(sieve, event(), **on_purpose).dropped == {}


def test_only_the_last_ids_are_remembered() -> None:
    recent = Recent(most=100)
    first = recent.keys("shop", ["v"], ["first"])
    recent.remember(first)

    for number in range(99):
        recent.remember(recent.keys("shop", ["v"], [f"{number}"]))
    assert recent.any_known(first)

    for number in range(200):
        recent.remember(recent.keys("shop", ["v"], [f"later {number}"]))
    assert not recent.any_known(first)


def test_robots_go_and_people_stay() -> None:
    events = [event(id="a", context=msgspec.Raw(GOOGLE)), event(id="b"), event(id="c", context=msgspec.Raw(GOOGLE))]

    left = sift(Sieve(), *events, body=GOOGLE)

    assert ([one.id for one in left.lines], left.dropped) == (["b"], {Reason.ROBOT: 2})


def test_robots_stay_where_the_terms_say_so() -> None:
    robot = event(context=msgspec.Raw(GOOGLE))

    left = sift(Sieve(), robot, body=GOOGLE, terms=msgspec.convert({"robots": "ignore"}, Terms))

    assert (list(left.lines), left.dropped) == ([line_of(robot)], {})


def test_names_beyond_the_cap_become_other_and_keep_their_own() -> None:
    sieve, terms = Sieve(), Terms(event_names=3)
    sift(sieve, *(event(name=f"name {number}", id=f"{number}") for number in range(3)), terms=terms)

    left = sift(
        sieve,
        event(name="name 1", id="a"),
        event(name='made "up"', id="b", props=msgspec.Raw(b'{ "price": 9}')),
        event(name="page", type="page", id="c"),
        event(name="made up", id="d"),
        terms=terms,
    )

    assert [one.name for one in left.lines] == ["name 1", "other", "page", "other"]
    assert [msgspec.json.decode(one.event.props) for one in left.lines] == [
        {},
        {"original_event": 'made "up"', "price": 9},
        {},
        {"original_event": "made up"},
    ]
    assert left.renamed == 2


def test_no_key_of_the_properties_comes_twice_by_being_renamed() -> None:
    names = EventNames()
    names.cap("shop", [line(name="first")], most=1)

    [renamed] = names.cap("shop", [line(name="x", props=msgspec.Raw(b'{"original_event":"mine"}'))], most=1)

    assert (renamed.name, bytes(renamed.event.props)) == ("other", b'{"original_event":"mine"}')


def test_a_hundred_thousand_names_take_no_more_memory_than_the_cap() -> None:
    names = EventNames()

    capped = names.cap("shop", [line(name=f"{number}") for number in range(100_000)], most=500)

    assert len({one.name for one in capped}) == 501
    assert len(names._known["shop"]) < 510


def test_one_projects_names_are_no_others() -> None:
    names = EventNames()
    names.cap("shop", [line(name="a")], most=1)

    [kept] = names.cap("other shop", [line(name="b")], most=1)

    assert kept.name == "b"
