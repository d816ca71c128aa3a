"""Funnels at their edges, whichever way they are worked out: by path, one by one, with rules, of people, of events."""

import pytest

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, session, text
from tests.api.test_event_funnel import SPAN, counts, event

MONTH = {"from_": text(0), "to": text(30 * DAY)}
EVENTS = "/v1/funnel/events"
WAYS: list[dict[str, str]] = [{}, {"window": "2h"}, {"optional": "basket"}, {"unit": "person"}]
"""By path, one by one since the window may bind, with rules, and of people."""


@pytest.mark.parametrize("way", WAYS)
def test_who_got_through_but_is_still_in_progress_is_not_of_those_who_got_through(
    store: Store, ask: Ask, way: dict[str, str]
) -> None:
    fill(store, [session("0 browse"), session(f"{20 * DAY} browse, {20 * DAY + 5} bought", state="open")])

    answer = ask("/v1/funnel", steps="browse,basket,bought" if "optional" in way else "browse,bought", **way, **MONTH)

    assert answer["overall"]["share"] == 0
    assert answer["steps"][0]["rate"]["share"] == 0


def test_a_person_is_in_progress_until_the_window_is_over_and_not_when_it_is(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse"), session("1 browse"), session(f"{14 * DAY} browse")])

    first = ask("/v1/funnel", unit="person", steps="browse,bought", **MONTH)["steps"][0]

    assert (first["entered"], first["dropped"], first["in_progress"]) == (3, 1, 2)


@pytest.mark.parametrize("way", WAYS)
def test_times_are_the_quantiles_of_those_who_went_on(store: Store, ask: Ask, way: dict[str, str]) -> None:
    fill(store, [session(f"0 browse, {10 * n} bought") for n in range(1, 12)] + [session("0 browse")])

    answer = ask("/v1/funnel", steps="browse,basket,bought" if "optional" in way else "browse,bought", **way, **MONTH)

    seconds = answer["steps"][0]["seconds"]
    assert (seconds["median"], seconds["p75"], seconds["p90"], seconds["timed"]) == (60, 85, 100, 11)


def test_times_between_events_are_the_quantiles_of_those_who_went_on(store: Store, ask: Ask) -> None:
    fill(store, [])
    for n in range(1, 12):
        store.insert_lines("events", [event(f"x{n}", "a", 0), event(f"x{n}", "b", 10 * n, 1), event(f"y{n}", "a", 0)])

    seconds = ask(EVENTS, step=["a", "b"], **SPAN)["steps"][0]["seconds"]

    assert (seconds["median"], seconds["p75"], seconds["p90"]) == (60, 85, 100)


@pytest.mark.parametrize("way", WAYS)
def test_a_second_apart_is_no_longer_the_same_second(store: Store, ask: Ask, way: dict[str, str]) -> None:
    fill(store, [session("0 checkout, 0.999 browse"), session("0 checkout, 1 browse")])

    steps = "browse,basket,checkout" if "optional" in way else "browse,checkout"

    assert counts(ask("/v1/funnel", steps=steps, **way, **MONTH))[:: 2 if "optional" in way else 1] == [2, 1]


@pytest.mark.parametrize("rules", [{}, {"optional": "basket"}, {"unit": "person"}])
def test_the_last_moment_of_the_window_is_within_it(store: Store, ask: Ask, rules: dict[str, str]) -> None:
    fill(store, [session("0 browse, 10 bought"), session("0 browse, 10.001 bought")])

    steps = "browse,basket,bought" if "optional" in rules else "browse,bought"

    found = counts(ask("/v1/funnel", steps=steps, window="10s", **rules, **MONTH))

    assert (found[0], found[-1]) == (2, 1)


@pytest.mark.parametrize("unit", ["session", "person"])
def test_a_week_of_a_trend_begins_on_monday_in_the_time_zone(store: Store, ask: Ask, unit: str) -> None:
    fill(store, [session(f"{3.99 * DAY} browse")])  # Sunday, 23:45 in UTC

    weeks = [
        ask("/v1/funnel", steps="browse,bought", trend="week", tz=tz, unit=unit, **MONTH)["trend"][0]["value"]
        for tz in ("UTC", "Europe/Berlin")
    ]

    assert weeks == ["2025-12-29", "2026-01-05"]


def test_an_hour_of_a_trend_is_told_with_the_offset_of_the_time_zone(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse")])

    (hour,) = ask("/v1/funnel", steps="browse,bought", trend="hour", tz="Asia/Kolkata", **MONTH)["trend"]

    assert hour["value"] == "2026-01-01T05:00:00+0530"


def test_an_event_after_a_session_ended_is_not_of_it(store: Store, ask: Ask) -> None:
    fill(store, [session("0-10 browse", visitor="x")])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 20, 1)])

    assert counts(ask(EVENTS, step=["a", "b"], unit="session", **SPAN)) == [1, 0]


def test_counts_only_take_events_of_one_moment_in_either_order(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 0, 1)])

    assert counts(ask(EVENTS, step=["a", "b"], counts_only=True, **SPAN)) == [1, 1]


def test_counts_only_are_not_of_who_began_after_the_period_that_others_may_end_after(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [
        event("x", "a", 0), event("x", "b", DAY + 5, 1), event("y", "a", DAY + 1), event("y", "b", DAY + 2, 1),
    ])  # fmt: skip

    assert counts(ask(EVENTS, step=["a", "b"], counts_only=True, **SPAN)) == [1, 1]


def test_a_step_may_be_any_event_on_a_condition(store: Store, ask: Ask) -> None:
    fill(store, [])
    store.insert_lines("events", [event("x", "a", 0), event("x", "b", 5, 1, price=60), event("y", "a", 0)])

    assert counts(ask(EVENTS, step=["a", "|props.price:gt:50"], **SPAN)) == [2, 1]


@pytest.mark.parametrize("rules", [{}, {"exclude": "bought"}])
def test_what_happens_as_the_window_ends_is_within_it(store: Store, ask: Ask, rules: dict[str, str]) -> None:
    fill(store, [session("0 browse, 3600 checkout, 4000 basket"), session("0 browse, 3600.001 checkout, 4000 basket")])

    first = ask("/v1/funnel", steps="browse,checkout", window="1h", **rules, **MONTH)["steps"][0]

    assert (first["entered"], first["converted"]) == (2, 1)
