"""Funnels over any events with more to them than steps and a window: each edge of the semantics, and the reference."""

from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.funnel_reference import Act
from tests.api.funnel_rules_reference import RuledFunnel
from tests.api.shop import DAY, fill, moment, session, text
from tests.api.test_event_funnel import SPAN, counts, event

NAMES = ["a", "b", "c", "d"]
EVENTS = "/v1/funnel/events"
CELLS = "/v1/funnel/events/sessions"
Way = list[tuple[str, int, str]]

ways = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 15), st.sampled_from(["", "red", "blue"])), min_size=1, max_size=6
)
"""Names of events, each with the tenths of a second since the one before, and the colour that it says."""


def told(store: Store, people: list[Way]) -> list[list[Act]]:
    """Put each person's events into the store, in a session of their own, and give them as the reference takes them."""
    for table in ("events", "sessions"):
        store.empty(table)
    units, lines, rows = [], [], []
    for person, way in enumerate(people):
        ats = list(accumulate(gap / 10 for _, gap, _ in way))
        units.append([Act(n, moment(at), name, "") for n, ((name, _, _), at) in enumerate(zip(way, ats, strict=True))])
        rows.append(session(f"{ats[0]}-{ats[-1]} browse", visitor=f"v{person}"))
        lines += [
            event(f"v{person}", name, at, n, color=color) if color else event(f"v{person}", name, at, n)
            for n, ((name, _, color), at) in enumerate(zip(way, ats, strict=True))
        ]
    fill(store, rows)
    store.insert_lines("events", lines)
    return units


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_rules_and_breakdown_count_what_the_reference_counts(store: Store, ask: Ask, data: st.DataObject) -> None:
    order = data.draw(st.sampled_from(["ordered", "strict"]))
    steps = data.draw(st.permutations(NAMES))[: data.draw(st.integers(2, 4))]
    funnel = RuledFunnel(
        steps=steps,
        order=order,
        window_ms=data.draw(st.sampled_from([1_000, 4_000, 1_000_000])),
        tolerance_ms=data.draw(st.sampled_from([0, 1_000])) if order == "ordered" else 0,
        step_windows=data.draw(st.dictionaries(st.sampled_from(steps[1:]), st.sampled_from([300, 1_500, 3_000]))),
        optional=frozenset(data.draw(st.sets(st.sampled_from(steps[1:-1])))) if len(steps) > 2 else frozenset(),
        exclude=frozenset(NAMES) - frozenset(steps) if data.draw(st.booleans()) else frozenset(),
    )
    attribution = data.draw(st.sampled_from(["first", "last", "step"]))
    people = data.draw(st.lists(ways, min_size=10, max_size=30))
    units = told(store, [strictly(way, funnel) for way in people])

    answer = ask(
        EVENTS, unit=data.draw(st.sampled_from(["session", "person"])), breakdown="property", property="color",
        attribution=attribution, **asked(funnel),
    )  # fmt: skip

    expected = funnel.counted(units)
    assert [(step["entered"], step["converted"] or 0) for step in answer["steps"]] == [one[:2] for one in expected]
    if all(map(funnel.is_told_apart, units)):
        assert {one["value"]: counts(one) for one in answer["breakdown"]} == by_value(
            funnel, people, units, attribution
        )


def strictly(way: Way, funnel: RuledFunnel) -> Way:
    """Other events than those of the funnel are not looked at; to the reference they would be something between."""
    if funnel.order != "strict":
        return way
    kept = [one for one in way if one[0] in {*funnel.steps, *funnel.exclude}]
    return kept or [(funnel.steps[0], 0, "")]


def asked(funnel: RuledFunnel) -> dict[str, Any]:
    number = {step: str(n) for n, step in enumerate(funnel.steps, 1)}
    return {
        "step": list(funnel.steps),
        "order": funnel.order,
        "window": f"{funnel.window_ms}ms",
        "same_second": "either" if funnel.tolerance_ms else "event_id",
        "step_windows": ",".join(f"{number[step]}:{longest}ms" for step, longest in funnel.step_windows.items()),
        "optional": ",".join(number[step] for step in funnel.optional),
        "exclude": list(funnel.exclude),
        **SPAN,
    }


def by_value(funnel: RuledFunnel, people: list[Way], units: list[list[Act]], attribution: str) -> dict[str, list[int]]:
    """For each value how many reached each step: what the unit's events had last said by the moment that counts."""
    reached: Counter[tuple[str, int]] = Counter()
    for way, acts in zip([strictly(way, funnel) for way in people], units, strict=True):
        chain = funnel.chosen(acts)
        said = [(act.at, color) for act, (_, _, color) in zip(acts, way, strict=True) if color]
        for taken in chain:
            when = {"first": chain[0], "last": chain[-1], "step": taken}[attribution].moment
            before = bisect_right([at for at, _ in said], when)
            reached[said[before - 1][1] if before else "", taken.step] += 1
    values = {value for value, _ in reached}
    return {value: [reached[value, step] for step in range(len(funnel.steps))] for value in values}


def test_a_repeat_of_the_first_step_starts_the_window_anew(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines(
        "events", [event("x", name, at, at) for name, at in (("a", 0), ("b", 10), ("a", 100), ("c", 110))]
    )

    assert counts(ask(EVENTS, step=["a", "c"], window="20s", **SPAN)) == [1, 1]
    assert counts(ask(EVENTS, step=["a", "c"], window="9s", **SPAN)) == [1, 0]


def test_a_step_that_took_longer_than_its_own_window_is_not_reached(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [event("x", name, at, at) for name, at in (("a", 0), ("b", 50), ("c", 55))])
    store.insert_lines("events", [event("y", name, at, at) for name, at in (("a", 0), ("b", 5), ("c", 55))])

    answer = ask(EVENTS, step=["a", "b", "c"], step_windows="3:10s", **SPAN)

    assert counts(answer) == [2, 2, 1]


def test_an_exclusion_with_a_condition_takes_out_after_it_and_not_after_the_conversion(store: Store, ask: Ask) -> None:
    fill(store, [])
    dear, cheap, late = "x", "y", "z"
    for visitor, price, at in ((dear, 90, 5), (cheap, 10, 5), (late, 90, 15)):
        store.insert_lines(
            "events", [event(visitor, "a", 0), event(visitor, "fee", at, 1, price=price), event(visitor, "b", 10, 2)]
        )

    answer = ask(EVENTS, step=["a", "b"], exclude=["fee|props.price:gt:50"], **SPAN)

    assert counts(answer) == [3, 2]


def test_an_optional_step_may_be_absent(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 5, 1), event("x", "c", 9, 2)])
    store.insert_lines("events", [event("y", "a", 0), event("y", "c", 7, 1)])

    first, second, third = ask(EVENTS, step=["a", "b", "c"], optional="2", **SPAN)["steps"]

    assert (first["entered"], first["converted"], first["seconds"]["median"]) == (2, 2, 8.0)
    assert (second["entered"], second["converted"], second["seconds"]["median"]) == (1, 1, 4.0)
    assert third["entered"] == 2


def test_events_in_the_same_second_count_in_either_order_unless_ids_shall_decide(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines(
        "events", [event("x", "b", 0), event("x", "a", 0.9, 1), event("y", "b", 0), event("y", "a", 1, 1)]
    )

    assert counts(ask(EVENTS, step=["a", "b"], **SPAN)) == [2, 1]
    assert counts(ask(EVENTS, step=["a", "b"], same_second="event_id", **SPAN)) == [2, 0]


def test_who_enters_near_the_end_of_the_period_has_the_whole_window(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{40 * DAY} browse")])
    store.insert_lines("events", [event("x", "a", 10), event("x", "b", 5 * DAY, 1), event("y", "a", DAY + 1)])
    first_day = {"step": ["a", "b"], "from_": text(0), "to": text(DAY)}

    assert counts(ask(EVENTS, **first_day)) == [1, 1]
    assert counts(ask(EVENTS, window="4d", **first_day)) == [1, 0]


def test_a_person_whose_window_is_not_over_is_in_progress_and_so_is_an_open_session(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", visitor="x", state="open"), session(f"{20 * DAY} browse", visitor="y")])
    store.insert_lines("events", [event("x", "a", 0), event("y", "a", 20 * DAY)])
    span = {"from_": text(0), "to": text(30 * DAY)}

    by_person = ask(EVENTS, step=["a", "b"], **span)["steps"][0]
    by_session = ask(EVENTS, step=["a", "b"], unit="session", **span)["steps"][0]

    assert (by_person["entered"], by_person["dropped"], by_person["in_progress"]) == (2, 1, 1)
    assert (by_session["entered"], by_session["dropped"], by_session["in_progress"]) == (2, 1, 1)
    assert (
        by_person["rate"] == by_session["rate"] == {"share": 0.0, "low": 0.0, "high": pytest.approx(0.7935, abs=1e-3)}
    )


def test_identity_joined_after_the_fact_makes_one_person_of_two_devices(store: Store, ask: Ask) -> None:
    store.insert_lines("events", [event("phone", "a", 0), event("laptop", "b", 100)])
    fill(store, [session("0 browse", visitor="phone"), session("100 basket", visitor="laptop", user="anna")])
    assert counts(ask(EVENTS, step=["a", "b"], **SPAN)) == [1, 0]

    fill(store, [session("200 browse", visitor="phone", user="anna")])

    assert counts(ask(EVENTS, step=["a", "b"], **SPAN)) == [1, 1]
    assert counts(ask(EVENTS, step=["a", "b"], breakdown="device", **SPAN)["breakdown"][0]) == [1, 1]


def test_nobody_entered_is_no_rate_rather_than_zero(store: Store, ask: Ask) -> None:
    fill(store, [])

    answer = ask(EVENTS, step=["a", "b"], breakdown="job", trend="day", **SPAN)

    first = answer["steps"][0]
    assert (first["entered"], first["rate"], first["seconds"], answer["overall"]) == (0, None, None, None)
    assert (answer["breakdown"], answer["trend"]) == ([], [])


def test_a_breakdown_value_that_changes_midway_counts_by_the_attribution_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [])
    colors = ["red", "blue", None]
    store.insert_lines(
        "events",
        [event("x", name, n * 10, n, **({"color": color} if color else {})) for n, (name, color) in
         enumerate(zip("abc", colors, strict=True))],
    )  # fmt: skip

    by = {
        attribution: {
            group["value"]: counts(group)
            for group in ask(EVENTS, step=["a", "b", "c"], breakdown="property", property="color",
                             attribution=attribution, **SPAN)["breakdown"]
        }
        for attribution in ("first", "last", "step")
    }  # fmt: skip

    assert by == {
        "first": {"red": [1, 1, 1]},
        "last": {"blue": [1, 1, 1]},
        "step": {"red": [1, 0, 0], "blue": [0, 1, 1]},
    }


def test_what_sessions_keep_and_what_events_say_of_a_segment_tell_units_apart(store: Store, ask: Ask) -> None:
    fill(
        store,
        [session("0-50 browse", visitor="x", device="tv", job="gift"), session("0-50 browse", visitor="y", job="gift")],
    )
    store.insert_lines("events", [event("x", "a", 1), event("x", "b", 2, 1), event("y", "a", 1)])
    store.insert_lines("events", [event("y", "identify", 0, 9, segment="gold").replace(b'"track"', b'"identify"')])

    for unit in ("session", "person"):
        by = {
            column: {
                group["value"]: counts(group)
                for group in ask(EVENTS, step=["a", "b"], unit=unit, breakdown=column, **SPAN)["breakdown"]
            }
            for column in ("device", "job", "segment")
        }
        assert by == {
            "device": {"tv": [1, 1], "": [1, 0]},
            "job": {"gift": [2, 1]},
            "segment": {"": [1, 1], "gold": [1, 0]},
        }


def test_a_trend_is_by_the_time_of_entry_in_the_zone_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [])
    hour = 3600
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 5, 1), event("y", "a", 23.5 * hour)])
    span = {"step": ["a", "b"], "from_": text(-DAY), "to": text(2 * DAY)}

    in_oslo = {
        trend: {group["value"]: counts(group) for group in ask(EVENTS, trend=trend, tz="Europe/Oslo", **span)["trend"]}
        for trend in ("hour", "day", "month")
    }

    assert in_oslo == {
        "hour": {"2026-01-01T01:00:00+0100": [1, 1], "2026-01-02T00:00:00+0100": [1, 0]},
        "day": {"2026-01-01": [1, 1], "2026-01-02": [1, 0]},
        "month": {"2026-01-01": [2, 1]},
    }


def test_the_period_before_stands_beside_the_one_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 5, 1), event("y", "a", DAY + 5)])

    answer = ask(EVENTS, step=["a", "b"], window="1h", compare="previous", from_=text(DAY), to=text(2 * DAY))

    assert (counts(answer), counts(answer["previous"])) == ([1, 0], [1, 1])


def test_the_sessions_of_each_cell_are_as_many_as_the_cell_counts(store: Store, ask: Ask) -> None:
    fill(
        store,
        [
            session("0-50 browse", id="went_on", visitor="x", device="tv"),
            session("0-50 browse", id="left", visitor="y", device="tv"),
            session("0-50 browse", id="there", visitor="z", state="open"),
        ],
    )
    store.insert_lines("events", [event("x", "a", 1), event("x", "b", 2, 1), event("y", "a", 1), event("z", "a", 1)])
    funnel = {"step": ["a", "b"], "unit": "session", **SPAN}

    first = ask(EVENTS, **funnel)["steps"][0]
    cells = {fate: ask(CELLS, fate=fate, **funnel) for fate in ("entered", "converted", "dropped", "in_progress")}
    of_tv = ask(CELLS, breakdown="device", value="tv", fate="dropped", **funnel)

    assert {fate: cell["total"] for fate, cell in cells.items()} == {fate: first[fate] for fate in cells}
    assert [one["id"] for one in cells["converted"]["sessions"]] == ["went_on"]
    assert [one["id"] for one in of_tv["sessions"]] == ["left"]


def test_of_a_person_it_is_the_session_in_which_they_took_the_step(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", id="came", visitor="x"), session(f"{2 * DAY} basket", id="again", visitor="x")])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 2 * DAY, 1)])
    day = {"step": ["a", "b"], "from_": text(0), "to": text(DAY)}

    found = [[one["id"] for one in ask(CELLS, number=number, **day)["sessions"]] for number in (1, 2)]

    assert found == [["came"], ["again"]]


def test_pages_of_a_cell_show_each_session_once(store: Store, ask: Ask) -> None:
    fill(store, [session("0-50 browse", id=f"s{n}", visitor=f"x{n}") for n in range(7)])
    store.insert_lines("events", [event(f"x{n}", "a", 5) for n in range(7)])
    page = ask(CELLS, step="a", limit=3, **SPAN)
    seen = [one["id"] for one in page["sessions"]]

    while page["next_cursor"]:
        page = ask(CELLS, step="a", limit=3, cursor=page["next_cursor"], **SPAN)
        seen += [one["id"] for one in page["sessions"]]

    assert (len(seen), len(set(seen)), page["total"]) == (7, 7, 7)


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"optional": "1"}, "/query/optional"),
        ({"optional": "3"}, "/query/optional"),
        ({"optional": "b"}, "/query/optional"),
        ({"step_windows": "1:5m"}, "/query/step_windows"),
        ({"step_windows": "2:5"}, "/query/step_windows"),
        ({"order": "any", "exclude": "d"}, "/query/order"),
        ({"order": "any", "optional": "2"}, "/query/order"),
        ({"breakdown": "property"}, "/query/property"),
        ({"property": "color"}, "/query/property"),
        ({"counts_only": "true", "trend": "day"}, "/query/counts_only"),
        ({"counts_only": "true", "optional": "2"}, "/query/counts_only"),
    ],
)
def test_a_rule_that_cannot_be_is_pointed_at(
    store: Store, client: Client, parameters: dict[str, str], pointer: str
) -> None:
    fill(store, [])

    response = client.get(
        EVENTS, params={"step": ["a", "b", "c"], **parameters}, headers={"Authorization": "Bearer rk_shop"}
    )

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)
