"""Funnels over any events: against the reference that tries every chain, and against ClickHouse's windowFunnel."""

import json
from itertools import accumulate
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.event import Event
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.funnel_reference import Act, Funnel
from tests.api.funnel_rules_reference import RuledFunnel
from tests.api.shop import DAY, fill, moment, session, text

NAMES = ["a", "b", "c", "d"]
SPAN = {"from_": text(-DAY), "to": text(DAY)}
Way = list[tuple[str, int]]


def event(visitor: str, name: str, at: float, number: int = 0, **props: Any) -> bytes:
    return msgspec.json.encode(
        Event(
            id=f"{number:06}", project="shop", visitor=visitor, type="track", name=name, occurred_at=moment(at),
            received_at=moment(at), props=msgspec.Raw(json.dumps(props).encode()),
        )
    )  # fmt: skip


def counts(answer: Any) -> list[int]:
    return [step["entered"] for step in answer["steps"]]


ways = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 15)), min_size=1, max_size=6)
"""Names of events, each with the tenths of a second since the one before."""


def told(store: Store, people: list[Way]) -> list[list[Act]]:
    """Put the events into the store, some of them twice, and give them as the reference takes them."""
    store.empty("events")
    units = []
    for person, way in enumerate(people):
        ats = list(accumulate(gap / 10 for _, gap in way))
        lines = [
            event(f"v{person}", name, at, number) for number, ((name, _), at) in enumerate(zip(way, ats, strict=True))
        ]
        store.insert_lines("events", lines + lines[:1])
        units.append([Act(n, moment(at), name, "") for n, ((name, _), at) in enumerate(zip(way, ats, strict=True))])
    return units


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_funnel_of_events_counts_what_the_reference_counts(store: Store, ask: Ask, data: st.DataObject) -> None:
    fill(store, [])
    steps = data.draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=3))
    order = data.draw(st.sampled_from(["ordered", "any"]))
    tolerance = data.draw(st.sampled_from([0, 1_000])) if order == "ordered" else 0
    window = data.draw(st.sampled_from([500, 2_000, 1_000_000]))
    units = told(store, data.draw(st.lists(ways, min_size=5, max_size=20)))

    answer = ask(
        "/v1/funnel/events", step=steps, order=order, window=f"{window}ms",
        same_second="either" if tolerance else "event_id", **SPAN,
    )  # fmt: skip

    reached = [Funnel(steps, order, window, tolerance).reached(acts) for acts in units]
    assert counts(answer) == [sum(one > number for one in reached) for number in range(len(steps))]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_exclusions_and_times_are_those_of_the_reference(store: Store, ask: Ask, data: st.DataObject) -> None:
    fill(store, [])
    *steps, excluded = data.draw(st.permutations(NAMES))
    funnel = RuledFunnel(steps, "ordered", 3_000, 0, {}, frozenset(), frozenset({excluded}))
    units = told(store, data.draw(st.lists(ways, min_size=5, max_size=20)))

    answer = ask("/v1/funnel/events", step=steps, exclude=[excluded], window="3s", same_second="event_id", **SPAN)

    expected = funnel.counted(units)
    assert [(step["entered"], step["converted"] or 0) for step in answer["steps"]] == [one[:2] for one in expected]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whose_events_lie_alike_are_counted_and_timed_as_if_one_by_one(
    store: Store, ask: Ask, data: st.DataObject
) -> None:
    people = data.draw(st.lists(ways, min_size=10, max_size=40))
    told(store, people)
    ends = [sum(gap for _, gap in way) / 10 for way in people]
    rows = [session(f"0-{end} browse", visitor=f"v{person}") for person, end in enumerate(ends)]
    for row in rows[::4]:
        row.state = "open"
    store.empty("sessions")
    fill(store, rows)
    steps = data.draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2, max_size=3))
    asked = {
        "step": steps, "window": data.draw(st.sampled_from(["500ms", "2s", "1h"])),
        "unit": data.draw(st.sampled_from(["person", "session"])), **SPAN,
    }  # fmt: skip

    alike = ask("/v1/funnel/events", **asked)
    one_by_one = ask("/v1/funnel/events", step_windows="2:300d", **asked)  # which never binds, but is a rule

    assert (alike["steps"], alike["overall"]) == (one_by_one["steps"], one_by_one["overall"])


def test_who_acts_alike_is_decided_and_enters_each_by_their_own_time(store: Store, ask: Ask) -> None:
    fill(store, [])
    # The period ends at a day; x's window is over, y's and z's are not, and w and v begin after the period.
    begins = {"x": 0, "y": DAY - 1_000, "z": DAY - 900, "w": DAY, "v": DAY + 500}
    store.insert_lines("events", [event(visitor, "a", at) for visitor, at in begins.items()])

    [only] = ask("/v1/funnel/events", step=["a"], window="1h", **SPAN)["steps"]
    first = ask("/v1/funnel/events", step=["a", "b"], window="1h", **SPAN)["steps"][0]

    assert only["entered"] == 3
    assert (first["entered"], first["dropped"], first["in_progress"]) == (3, 1, 2)


def test_an_event_that_came_twice_with_another_clock_is_once_as_it_was_told_first(store: Store, ask: Ask) -> None:
    fill(store, [])
    # On two days, so that the store does not make one of them itself.
    store.insert_lines("events", [event("x", "b", -5), event("x", "a", 5, 1), event("x", "b", 9)])

    assert counts(ask("/v1/funnel/events", step=["a", "b"], **SPAN)) == [1, 0]


def test_of_very_many_units_a_share_is_timed_and_all_are_counted(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, [session("0-9 browse", visitor=f"v{number}") for number in range(256)])
    told = [event(f"v{number}", name, at, at) for number in range(256) for name, at in (("a", 0), ("b", 9))]
    store.insert_lines("events", told)
    monkeypatch.setattr("services.api.funnel_shape.MOST_TIMED", 64)

    first, again = (ask("/v1/funnel/events", step=["a", "b"], **SPAN)["steps"][0] for _ in range(2))

    assert (first["entered"], first["converted"]) == (256, 256)
    assert 40 < first["seconds"]["timed"] < 88  # 64, three standard deviations of a share by hash around it
    assert (
        first["seconds"]
        == again["seconds"]
        == {"median": 9.0, "p75": 9.0, "p90": 9.0} | {"timed": first["seconds"]["timed"]}
    )


def test_counts_only_are_those_of_the_exact_way_where_no_two_events_are_near(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 5, 1), event("y", "b", 0), event("y", "a", 5, 1)])

    exact = ask("/v1/funnel/events", step=["a", "b"], **SPAN)
    quick = ask("/v1/funnel/events", step=["a", "b"], counts_only=True, **SPAN)

    assert counts(exact) == counts(quick) == [2, 1]
    assert quick["steps"][0]["rate"]["share"] == quick["overall"]["share"] == 0.5


def test_counts_only_are_of_people_who_entered_within_the_period_whoever_they_turned_out_to_be(
    store: Store, ask: Ask
) -> None:
    fill(store, [session("0-10 browse", visitor="x", user="anna"), session("0-10 browse", visitor="y", user="anna")])
    # Once at x, then at y: one person. What z begins after the period is of the next, and what came twice is once.
    told = [event("x", "a", 0), event("y", "b", 5, 1), event("z", "a", 2 * DAY), event("z", "b", 2 * DAY + 5, 1)]
    store.insert_lines("events", told)
    store.insert_lines("events", told[:1])

    exact = ask("/v1/funnel/events", step=["a", "b"], **SPAN)
    quick = ask("/v1/funnel/events", step=["a", "b"], counts_only=True, **SPAN)

    assert counts(exact) == counts(quick) == [1, 1]


def test_a_step_may_have_conditions_and_one_event_may_be_several_steps(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines(
        "events", [event("x", "a", 0, price=60), event("x", "a|b", 5, 1), event("y", "a", 0, 2, price=5)]
    )

    answer = ask("/v1/funnel/events", step=["a", "a|props.price:gt:50", "a\\|b"], **SPAN)

    assert counts(answer) == [2, 1, 1]


def test_a_session_as_the_unit_ends_the_chain_with_the_session_and_filters_hold(store: Store, ask: Ask) -> None:
    fill(
        store,
        [session("0-10 browse", visitor="x", device="mobile"), session("9000-9010 browse", visitor="x", device="tv")],
    )
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 9005, 1)])

    assert counts(ask("/v1/funnel/events", step=["a", "b"], unit="person", **SPAN)) == [1, 1]
    assert counts(ask("/v1/funnel/events", step=["a", "b"], unit="session", **SPAN)) == [1, 0]
    assert counts(ask("/v1/funnel/events", step=["a", "b"], device="tv", **SPAN)) == [0, 0]
    assert counts(ask("/v1/funnel/events", step=["b"], device="tv", **SPAN)) == [1]


@pytest.mark.parametrize("step", ["", "|", "a|props.x:is:1", "|".join(["props.x:exists"] * 10)])
def test_a_step_that_cannot_be_read_is_pointed_at(store: Store, client: Client, step: str) -> None:
    fill(store, [])

    response = client.get(
        "/v1/funnel/events", params={"step": ["a", step]}, headers={"Authorization": "Bearer rk_shop"}
    )

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/query/step/1"
