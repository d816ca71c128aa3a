"""The simulated shop: reproducible, in order, honest about being simulated, and hurt where it says it is."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from services.core.detectors import DETECTORS
from services.demo.people.faults import EVERYDAY
from services.demo.people.lived import STAGES, Friction, Lived
from services.demo.planted import FAULTS, LOOP, PLANTED, QUICK_BACK, RAGE, STALL, Planted
from services.demo.simulator import Simulator
from services.replay.message import Outgoing

UNTIL = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)


def simulate(visitors: int = 1_500, seed: int = 1) -> tuple[list[Outgoing], list[Lived]]:
    simulator = Simulator(until=UNTIL, visitors=visitors, seed=seed)
    return list(simulator.events()), simulator.lived


@pytest.fixture(scope="module")
def shop() -> tuple[list[Outgoing], list[Lived]]:
    return simulate()


def test_the_same_seed_gives_the_same_events_and_another_seed_others() -> None:
    first, _ = simulate(visitors=50)

    again, _ = simulate(visitors=50)
    other, _ = simulate(visitors=50, seed=2)

    assert first == again
    assert first != other


def test_events_come_in_the_order_of_time_within_fourteen_days(shop: tuple[list[Outgoing], list[Lived]]) -> None:
    events, _ = shop

    times = [event.at for event in events]

    assert times == sorted(times)
    assert times[0] >= (UNTIL - timedelta(days=14, hours=2)).timestamp() * 1000
    assert times[-1] <= UNTIL.timestamp() * 1000


def test_every_event_says_that_it_is_simulated_and_has_an_id_of_its_own(
    shop: tuple[list[Outgoing], list[Lived]],
) -> None:
    events, _ = shop

    messages = [msgspec.json.decode(event.body) for event in events]

    assert all(message["context"]["simulated"] is True for message in messages)
    assert len({message["messageId"] for message in messages}) == len(events)


def test_no_pause_within_a_visit_splits_it_and_no_two_visits_run_together(
    shop: tuple[list[Outgoing], list[Lived]],
) -> None:
    events, lived = shop
    times: dict[str, list[int]] = defaultdict(list)
    for event in events:
        times[event.visitor].append(event.at)

    long_pauses = sum(1 for own in times.values() for at, after in pairwise(own) if after - at > 1_800_000)

    assert len(times) + long_pauses == len(lived)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.detector)
def test_who_meets_a_planted_friction_goes_on_less_often(
    planted: Planted, shop: tuple[list[Outgoing], list[Lived]]
) -> None:
    _, lived = shop
    there = [visit for visit in lived if visit.came_to(planted.stage)]

    met = went_on(planted, [visit for visit in there if planted.fault in visit.met])
    spared = went_on(planted, [visit for visit in there if planted.fault not in visit.met])

    assert met < 0.75 * spared


def went_on(planted: Planted, visits: list[Lived]) -> float:
    following = STAGES[STAGES.index(planted.stage) + 1]
    return sum(visit.came_to(following) for visit in visits) / len(visits)


def test_people_leave_for_nothing_that_was_not_planted(shop: tuple[list[Outgoing], list[Lived]]) -> None:
    _, lived = shop

    left_for = {visit.left_for for visit in lived if visit.left_for}

    assert left_for == {planted.fault for planted in PLANTED}
    assert {fault for fault in FAULTS if fault.leave} == left_for


def test_who_meets_a_planted_friction_knows_it_by_its_detector(shop: tuple[list[Outgoing], list[Lived]]) -> None:
    _, lived = shop

    for visit in lived:
        for planted in PLANTED:
            if planted.fault in visit.met:
                assert Friction(planted.detector, planted.stage, planted.step) in visit.frictions


def test_an_everyday_shop_has_each_fault_under_its_own_name() -> None:
    for faults in (EVERYDAY, FAULTS):
        assert [fault.name for fault in faults] == list(faults._fields)


def test_the_frictions_people_meet_are_those_that_detectors_look_for(shop: tuple[list[Outgoing], list[Lived]]) -> None:
    _, lived = shop

    assert {friction.detector for visit in lived for friction in visit.frictions} <= set(DETECTORS)


def test_the_planted_behaviour_is_in_the_events(shop: tuple[list[Outgoing], list[Lived]]) -> None:
    events, lived = shop
    acts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        message = msgspec.json.decode(event.body)
        acts[message["messageId"].rpartition("-")[0]].append(message | {"at": event.at})

    shown = {
        RAGE: lambda own: clicks(own, "#coupon-banner") >= 4,
        LOOP: lambda own: pages(own).count("/checkout/delivery") >= 3,
        STALL: lambda own: seconds_on(own, "/checkout/payment") > 60,
        QUICK_BACK: lambda own: "/guide" in pages(own),
    }

    for visit in lived:
        for planted in PLANTED:
            if planted.fault in visit.met:
                assert shown[planted](acts[f"{visit.visitor}-{visit.started_at}"]), (planted.detector, visit)


def clicks(acts: list[dict[str, Any]], target: str) -> int:
    return sum(1 for act in acts if act.get("properties", {}).get("target") == target)


def pages(acts: list[dict[str, Any]]) -> list[str]:
    return [act["context"]["page"]["path"] for act in acts if act["type"] == "page"]


def seconds_on(acts: list[dict[str, Any]], path: str) -> float:
    times = [act["at"] for act in acts if act["context"]["page"]["path"] == path]
    seconds: float = (times[-1] - times[0]) / 1000
    return seconds
