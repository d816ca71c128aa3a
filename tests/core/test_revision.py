"""What a change of the journey concerns, and that detectors do not hang on each other, on which that rests."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from bench.accuracy import JOURNEY
from services.core.detectors import DETECTORS
from services.core.event import Event
from services.core.finding import Finding
from services.core.fold import Fold
from services.core.journey import Journey, read_journey
from services.core.meaning import meaning
from services.core.revision import Revision
from services.core.rulebook import Rulebook
from services.demo.people.town import visits
from services.edges.journey_file import load_journey

DOCUMENT = load_journey(JOURNEY).model_dump(mode="json", by_alias=True, exclude_unset=True)
EVERY = dict.fromkeys(DETECTORS)


def journey(**instead: Any) -> Journey:
    return read_journey({**DOCUMENT, "friction": EVERY, **instead})


def stages(number: int, **instead: Any) -> list[Any]:
    return [{**stage, **instead} if place == number else stage for place, stage in enumerate(DOCUMENT["stages"])]


def findings(journey: Journey, events: Sequence[Event]) -> dict[str, Finding]:
    """What is found in a session of these events."""
    book = Rulebook(journey)
    fold = Fold(book, "session")
    for event in events:
        plan, act = meaning(event, book)
        fold.apply(act, plan)
    fold.close()
    return fold.all_findings()


@pytest.fixture(scope="module")
def sessions() -> list[list[Event]]:
    return [sorted(one.events, key=lambda event: (event.occurred_at, event.id)) for one in visits(seed=5, people=60)]


@pytest.fixture(scope="module")
def found(sessions: list[list[Event]]) -> list[dict[str, Finding]]:
    return [findings(journey(), events) for events in sessions]


def of(detector: str, found: Iterable[dict[str, Finding]]) -> list[dict[str, Finding]]:
    return [{id_: one for id_, one in each.items() if one.detector == detector} for each in found]


@pytest.mark.parametrize("detector", [name for name, one in DETECTORS.items() if one.kind == "friction"])
def test_alone_a_detector_finds_what_it_finds_beside_all_others(
    detector: str, sessions: list[list[Event]], found: list[dict[str, Finding]]
) -> None:
    alone = journey(friction={detector: None})

    assert [findings(alone, events) for events in sessions] == of(detector, found)


@pytest.mark.parametrize(
    ("change", "detectors"),
    [
        ({"friction": {**EVERY, "rage_click": {"clicks": 5}}}, {"rage_click"}),
        ({"friction": dict.fromkeys(DETECTORS.keys() - {"loop"})}, {"loop"}),
        ({"stages": stages(2, friction={"hesitation": {"pause": "20s"}})}, {"hesitation"}),
        ({"stages": stages(2, patience="9m")}, {"stage_stall"}),
        ({"learned": {"stays": {"basket": {"*": "2m"}}}}, {"stage_stall"}),
        ({"learned": {"waits": {"address zip": "20s"}}}, {"hesitation"}),
        ({"window": "3d", "journey": "other", "intended": ["checkout"]}, set()),
    ],
)  # fmt: skip
def test_which_detectors_a_change_concerns(change: dict[str, Any], detectors: set[str]) -> None:
    revision = Revision(journey(), journey(**change))

    assert set(revision.detectors) == detectors
    assert not revision.is_whole
    assert not revision.changes_meanings


@pytest.mark.parametrize(
    "change",
    [
        {"stages": DOCUMENT["stages"][:3]},  # it ends in a purchase then
        {"currency": "USD"},
        {"time_zone": "Asia/Tokyo"},
        {"jobs": [{**DOCUMENT["jobs"][0], "circumstances": [{"hours": "9-17", "weight": 1}]}, *DOCUMENT["jobs"][1:]]},
    ],
)
def test_what_no_session_may_outlast(change: dict[str, Any]) -> None:
    assert Revision(journey(), journey(**change)).is_whole


ADDED = [*DOCUMENT["stages"][:2], {"name": "wish", "enter": {"event": ["Wished", "Checkout Started"]}}]


def test_a_stage_added_concerns_whose_events_enter_it_and_whose_findings_tell_how_far_apart_places_are() -> None:
    revision = Revision(journey(), journey(stages=[*ADDED, *DOCUMENT["stages"][2:]]))

    touched = [revision.touches(name, "/") for name in ("Wished", "Checkout Started", "Product Added")]
    assert touched == [True, False, False], "the checkout is further on"
    assert not revision.concerns_everybody
    assert not revision.displaces("basket browse checkout 9", ())
    assert revision.displaces("basket browse checkout 9", ["backslide"])
    assert revision.displaces("basket browse checkout 9", ["excess_steps"])
    assert not revision.displaces("basket browse 9", ["backslide", "excess_steps"])


def test_a_stage_removed_concerns_who_was_there_or_comes_to_others_after_many_moves() -> None:
    revision = Revision(journey(stages=[*ADDED, *DOCUMENT["stages"][2:]]), journey())

    assert revision.displaces("browse wish 2", ())
    assert not revision.displaces("browse checkout 6", ())
    assert revision.displaces("browse checkout 7", ()), "three moves are enough now, and twice as many fine"


def test_another_order_concerns_who_was_in_two_stages_that_changed_places() -> None:
    first, second, *others = DOCUMENT["stages"]

    revision = Revision(journey(), journey(stages=[second, first, *others]))

    assert revision.displaces("basket browse 3", ())
    assert not revision.displaces("basket checkout 2", ())


def test_another_end_concerns_who_came_to_it_unless_all_was_done_there() -> None:
    wish = {"name": "wish", "enter": {"event": "Wished"}}
    open_ended = [*DOCUMENT["stages"], wish]

    longer = Revision(journey(), journey(stages=open_ended))
    shorter = Revision(journey(stages=open_ended), journey(stages=[*open_ended, {**wish, "name": "get"}]))

    assert not longer.displaces("bought 3", ())
    assert shorter.displaces("wish 3", ()), "who goes back from there slides back now"
    assert not shorter.displaces("bought 3", ())


def test_an_event_that_enters_another_of_two_stages_is_touched() -> None:
    first, second, *others = stages(1, enter={"event": ["Product Viewed", "Product Added"]})

    revision = Revision(journey(stages=[first, second, *others]), journey(stages=[second, first, *others]))

    assert revision.touches("Product Viewed", "/")
    assert not revision.touches("Product Added", "/")


def test_another_name_concerns_nobody() -> None:
    revision = Revision(journey(), journey(stages=stages(0, name="look")))

    assert revision.same.place("browse", "") == ("look", "")
    assert not (revision.concerns_everybody)
    assert not (revision.changes_meanings)
    assert not (revision.moves_places)


@pytest.mark.parametrize("rule", ["inactivity", "max_length"])
def test_where_sessions_are_cut_otherwise_those_that_are_not_stay(rule: str) -> None:
    revision = Revision(journey(), journey(sessions={rule: "20m"}))

    assert revision.cuts
    assert revision.concerns_everybody
    assert not revision.is_whole


def test_how_long_a_session_can_be_reopened_concerns_nobody_whose_events_are_all_there() -> None:
    revision = Revision(journey(), journey(sessions={"allowed_lateness": "20m"}))

    assert not revision.concerns_everybody


def test_a_matcher_concerns_the_events_that_it_took_or_takes() -> None:
    changed = journey(stages=stages(1, enter={"event": ["Product Added", "Wished"]}))

    revision = Revision(journey(), changed)

    assert not revision.is_whole
    assert not revision.detectors
    assert [revision.touches(name, "/") for name in ("Wished", "Cart Viewed", "Product Added", "page")] == [
        *(True, True),
        *(False, False),
    ]


def test_a_matcher_that_hangs_on_properties_concerns_every_event_that_it_may_take() -> None:
    changed = journey(stages=stages(1, enter={"event": "Product Added", "where": {"price": {"gt": 5}}}))

    revision = Revision(journey(), changed)

    assert revision.touches("Product Added", "/")
    assert not revision.touches("page", "/")
