"""Funnels with more to them than steps and a window: rules, filters, breakdowns, trends, comparisons."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.event import Event
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.funnel_reference import acts_of
from tests.api.funnel_rules_reference import RuledFunnel
from tests.api.shop import DAY, fill, moment, session, text
from tests.api.test_funnel import LONG_AGO, as_units, counts, forget_sessions

FLAT = ["browse", "basket", "checkout.address", "checkout.payment", "bought"]
NESTED = [*FLAT, "checkout"]


def ways(longest: int) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    """Runs: place, tenths of a second since the run before, tenths it lasts."""
    return st.lists(
        st.tuples(st.sampled_from(FLAT), st.integers(0, 30), st.integers(0, 15)), min_size=1, max_size=longest
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_funnel_with_rules_counts_what_the_reference_counts(store: Store, ask: Ask, data: st.DataObject) -> None:
    order = data.draw(st.sampled_from(["ordered", "strict"]))
    places = FLAT if order == "strict" else NESTED
    steps = data.draw(st.lists(st.sampled_from(places), unique=True, min_size=2, max_size=4))
    funnel = RuledFunnel(
        steps=steps,
        order=order,
        window_ms=data.draw(st.sampled_from([1_000, 4_000, 1_000_000])),
        tolerance_ms=data.draw(st.sampled_from([0, 1_000])) if order == "ordered" else 0,
        step_windows=data.draw(st.dictionaries(st.sampled_from(steps[1:]), st.sampled_from([300, 1_500, 3_000]))),
        optional=frozenset(data.draw(st.sets(st.sampled_from(steps[1:-1])))) if len(steps) > 2 else frozenset(),
        exclude=frozenset(data.draw(st.sets(st.sampled_from([one for one in places if one not in steps]), max_size=1))),
    )
    by_person = data.draw(st.booleans())
    people = data.draw(st.lists(st.lists(ways(5), min_size=1, max_size=2), min_size=10, max_size=30))
    units = as_units(people, by_person)
    forget_sessions(store)
    fill(store, [row for unit in units for row in unit])

    answer = ask("/v1/funnel", unit="person" if by_person else "session", **asked(funnel))

    acts = [acts_of(unit) for unit in units]
    expected = funnel.counted(acts)
    assert [one[:2] for one in told(answer)] == [one[:2] for one in expected]
    if all(map(funnel.is_told_apart, acts)):
        assert told(answer) == expected


def asked(funnel: RuledFunnel) -> dict[str, str]:
    return {
        "steps": ",".join(funnel.steps),
        "order": funnel.order,
        "window": f"{funnel.window_ms}ms",
        "same_second": "either" if funnel.tolerance_ms else "event_id",
        "step_windows": ",".join(f"{step}:{longest}ms" for step, longest in funnel.step_windows.items()),
        "optional": ",".join(funnel.optional),
        "exclude": ",".join(funnel.exclude),
        "from": LONG_AGO,
        "to": text(DAY * 900),
    }


def told(answer: Any) -> list[tuple[int, int, float | None]]:
    return [
        (step["entered"], step["converted"] or 0, round(step["seconds"]["median"], 6) if step["seconds"] else None)
        for step in answer["steps"]
    ]


def test_a_step_that_took_longer_than_its_own_window_is_not_reached(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 50 basket, 55 bought"), session("0 browse, 5 basket, 55 bought")])

    assert counts(ask("/v1/funnel", steps="browse,basket,bought", step_windows="bought:10s")) == [2, 2, 1]


def test_a_later_occurrence_goes_on_where_an_earlier_one_no_longer_can(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 1 basket, 20 browse, 50 basket, 55 bought")])

    answer = ask("/v1/funnel", steps="browse,basket,bought", step_windows="bought:10s")

    assert told(answer) == [(1, 1, 50.0), (1, 1, 5.0), (1, 0, None)]


def test_of_ways_that_get_equally_far_the_one_that_began_first_is_timed(store: Store, ask: Ask) -> None:
    # The second step of the checkout is nearer, the first one's last event is still within the window.
    fill(store, as_units([[[("checkout.payment", 0, 1), ("checkout.address", 1, 9), ("browse", 0, 0)]]], False)[0])

    answer = ask("/v1/funnel", steps="checkout,browse", window="1s", same_second="event_id", **{"from": LONG_AGO})

    assert told(answer) == [(1, 1, 1.0), (1, 0, None)]


def test_an_exclusion_takes_a_unit_out_of_the_steps_after_it(store: Store, ask: Ask) -> None:
    fill(
        store, [session("0 browse, 5 checkout.address, 9 basket, 12 bought"), session("0 browse, 9 basket, 12 bought")]
    )

    answer = ask("/v1/funnel", steps="browse,basket,bought", exclude="checkout.address")

    assert counts(answer) == [2, 1, 1]


def test_an_exclusion_after_the_conversion_changes_nothing(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 9 bought, 12 basket"), session("0 basket, 5 browse, 9 bought")])

    assert counts(ask("/v1/funnel", steps="browse,bought", exclude="basket")) == [2, 2]


def test_an_optional_step_may_be_absent(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 5 basket, 9 bought"), session("0 browse, 9 bought"), session("0 browse, 5 basket")])

    answer = ask("/v1/funnel", steps="browse,basket,bought", optional="basket")

    assert told(answer) == [(3, 2, 9.0), (2, 1, 4.0), (2, 0, None)]


def test_a_breakdown_value_that_changes_midway_counts_by_the_attribution_asked_for(store: Store, ask: Ask) -> None:
    row = session("0 browse, 10 basket, 20 bought", visitor="anna")
    fill(store, [row])
    store.insert_lines("events", [said(0, {"color": "red"}), said(15, {"color": "blue"})])

    by = {
        attribution: {
            group["value"]: counts(group)
            for group in ask("/v1/funnel", steps="browse,basket,bought", breakdown="property", property="color",
                             attribution=attribution)["breakdown"]
        }
        for attribution in ("first", "last", "step")
    }  # fmt: skip

    assert by == {
        "first": {"red": [1, 1, 1]},
        "last": {"blue": [1, 1, 1]},
        "step": {"red": [1, 1, 0], "blue": [0, 0, 1]},
    }


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_events_say_tells_sessions_apart_by_their_paths_as_if_one_by_one(
    store: Store, ask: Ask, data: st.DataObject
) -> None:
    units = as_units([[way] for way in data.draw(st.lists(ways(5), min_size=15, max_size=40))], by_person=False)
    for [row] in units[::5]:
        row.state = "open"
    forget_sessions(store)
    store.empty("events")
    fill(store, [row for [row] in units])
    # Some said before anything else, most on the way, some after all.
    sayings = st.lists(st.tuples(st.integers(-1, 9), st.sampled_from(["red", "blue, \n", ""])), max_size=3)
    for [row] in units:
        for seconds, color in data.draw(sayings):
            at = (row.started_at - moment(0)) / 1_000 + seconds
            store.insert_lines("events", [said(at, {"color": color}, row.visitor)])

    steps = data.draw(st.permutations(FLAT))[:3]
    asked = {
        "steps": ",".join(steps), "order": data.draw(st.sampled_from(["ordered", "strict"])),
        "attribution": data.draw(st.sampled_from(["first", "last", "step"])), "breakdown": "property",
        "property": "color", "from_": LONG_AGO, "to": text(DAY * 900),
    }  # fmt: skip
    by_path = ask("/v1/funnel", **asked)
    one_by_one = ask("/v1/funnel", step_windows=f"{steps[-1]}:300d", **asked)  # which never binds, but is a rule

    assert by_path["breakdown"] == one_by_one["breakdown"]


def test_a_value_that_json_spells_in_another_way_is_told_as_it_was_said(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{n} browse, {n + 5} bought", visitor=who) for n, who in enumerate("abcd")])
    # What reaches the store is what came: with escapes, with quotes in it, or no text at all.
    for n, (who, value) in enumerate(
        {"a": r'"gr\u00fcn \ud83c\udf32"', "b": r'"\"quoted\""', "c": r'"back\\slash"', "d": "12.5"}.items()
    ):
        store.insert_lines("events", [said(n, {"color": "?"}, who).replace(b'"?"', value.encode())])

    answer = ask("/v1/funnel", steps="browse,bought", breakdown="property", property="color")

    assert {group["value"] for group in answer["breakdown"]} == {"grün 🌲", '"quoted"', r"back\slash", "12.5"}


def said(at: float, props: dict[str, Any], visitor: str = "anna", **context: Any) -> bytes:
    return msgspec.json.encode(
        Event(
            id=f"{visitor}{at}", project="shop", visitor=visitor, type="track", name="x", occurred_at=moment(at),
            received_at=moment(at), props=msgspec.Raw(json.dumps(props).encode()),
            context=msgspec.Raw(json.dumps(context).encode()),
        )
    )  # fmt: skip


@pytest.mark.parametrize("spelling", [b'"segment"', rb'"\u0073egment"'])
def test_what_the_events_say_of_a_segment_tells_sessions_apart(store: Store, ask: Ask, spelling: bytes) -> None:
    fill(store, [session("0 browse, 5 basket", visitor="anna"), session("0 browse", visitor="ben")])
    store.insert_lines("events", [said(0, {}, traits={"segment": "gold"}).replace(b'"segment"', spelling)])

    answer = ask("/v1/funnel", steps="browse,basket", breakdown="segment")

    assert {group["value"]: counts(group) for group in answer["breakdown"]} == {"gold": [1, 1], "": [1, 0]}


def test_what_sessions_keep_tells_them_apart_as_units_and_as_people(store: Store, ask: Ask) -> None:
    phone = session("0 browse, 5 basket", visitor="anna", device="mobile", country="NO", campaign="spring")
    fill(store, [phone, session("0 browse", visitor="ben")])

    for unit in ("session", "person"):
        for by, value in (("device", "mobile"), ("country", "NO"), ("campaign", "spring")):
            answer = ask("/v1/funnel", steps="browse,basket", breakdown=by, unit=unit)

            assert {group["value"]: counts(group) for group in answer["breakdown"]} == {value: [1, 1], "": [1, 0]}


def test_a_trend_is_by_the_day_of_entry_in_the_zone_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 5 basket"), session(f"{20 * 3600} browse"), session(f"{23.5 * 3600} browse")])

    by_utc = ask("/v1/funnel", steps="browse,basket", trend="day")["trend"]
    in_oslo = ask("/v1/funnel", steps="browse,basket", trend="day", tz="Europe/Oslo")["trend"]

    assert {group["value"]: counts(group) for group in by_utc} == {"2026-01-01": [3, 1]}
    assert {group["value"]: counts(group) for group in in_oslo} == {"2026-01-01": [2, 1], "2026-01-02": [1, 0]}


def test_the_period_before_stands_beside_the_one_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 5 basket"), session(f"{DAY} browse"), session(f"{DAY} browse")])

    answer = ask("/v1/funnel", steps="browse,basket", compare="previous", from_=text(DAY), to=text(2 * DAY))

    assert (counts(answer), counts(answer["previous"])) == ([2, 0], [1, 1])
    assert answer["previous"]["period"] == {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}


def test_filters_choose_sessions(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 5 basket", job="gift"), session("0 browse", job="gift"), session("0 browse")])

    assert counts(ask("/v1/funnel", steps="browse,basket", job="gift")) == [2, 1]
    assert counts(ask("/v1/funnel", steps="browse,basket", stage="basket")) == [1, 1]


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"optional": "browse"}, "/query/optional"),
        ({"optional": "bought"}, "/query/optional"),
        ({"optional": "nowhere"}, "/query/optional"),
        ({"exclude": "basket"}, "/query/exclude"),
        ({"exclude": "nowhere"}, "/query/exclude"),
        ({"step_windows": "browse:5m"}, "/query/step_windows"),
        ({"step_windows": "basket:5"}, "/query/step_windows"),
        ({"order": "any", "optional": "basket"}, "/query/order"),
        ({"breakdown": "property"}, "/query/property"),
        ({"tz": "Europe/Atlantis"}, "/query/tz"),
    ],
)
def test_a_rule_that_cannot_be_is_pointed_at(
    store: Store, client: Client, parameters: dict[str, str], pointer: str
) -> None:
    fill(store, [])

    response = client.get("/v1/funnel", params=parameters, headers={"Authorization": "Bearer rk_shop"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


def test_the_same_event_may_enter_a_stage_and_its_step(store: Store, ask: Ask) -> None:
    rows: list[SessionRow] = [session("0 checkout.payment, 5 bought")]
    fill(store, rows)

    answer = ask("/v1/funnel", steps="checkout,checkout.payment,bought", step_windows="bought:10s")

    assert counts(answer) == [1, 1, 1]
