"""Funnels: against a reference that tries every chain, and the edge cases by name."""

from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.funnel_reference import Funnel, entered
from tests.api.shop import DAY, JOURNEY, fill, session, text

PLACES = ["browse", "basket", "checkout", "checkout.address", "checkout.payment", "bought"]
LONG_AGO = text(-1000 * DAY)


def counts(answer: Any) -> list[int]:
    return [step["entered"] for step in answer["steps"]]


ways = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(0, 30), st.integers(0, 15)), min_size=1, max_size=7
)  # place, tenths of a second since the run before, tenths it lasts


def told(way: list[tuple[str, int, int]], start: float) -> str:
    """The way as `session` reads it; two runs of one place in a row would be one run."""
    runs, now = [], start
    for place, steps in groupby(way, key=lambda run: run[0]):
        for _, gap, length in list(steps)[:1]:
            runs.append(f"{now + gap / 10:.1f}-{now + (gap + length) / 10:.1f} {place}")
            now += (gap + length) / 10
    return ", ".join(runs)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_funnel_counts_what_the_reference_counts(store: Store, ask: Ask, data: st.DataObject) -> None:
    # Many units an example: an answer takes 0.1 s, whether of one unit or of forty.
    order = data.draw(st.sampled_from(["ordered", "strict", "any"]))
    flat = ["browse", "basket", "checkout.address", "checkout.payment", "bought"]
    steps = data.draw(st.lists(st.sampled_from(flat if order == "strict" else PLACES), unique=True, min_size=1))
    by_person = data.draw(st.booleans())
    same_second = data.draw(st.sampled_from(["either", "event_id"]))
    window = data.draw(st.sampled_from([500, 1_000, 2_500, 10_000, 1_000_000]))
    people = data.draw(st.lists(st.lists(ways, min_size=1, max_size=2), min_size=10, max_size=40))
    units = as_units(people, by_person)
    forget_sessions(store)
    fill(store, [row for unit in units for row in unit])

    answer = ask(
        "/v1/funnel", steps=",".join(steps), order=order, unit="person" if by_person else "session",
        window=f"{window}ms", same_second=same_second, from_=LONG_AGO, to=text(DAY * 900),
    )  # fmt: skip

    tolerance = 1_000 if (order, same_second) == ("ordered", "either") else 0
    assert counts(answer) == entered(Funnel(steps, order, window, tolerance), units)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_sessions_followed_by_their_path_are_counted_and_timed_as_if_one_by_one(
    store: Store, ask: Ask, data: st.DataObject
) -> None:
    order = data.draw(st.sampled_from(["ordered", "ordered", "strict", "any"]))
    flat = ["browse", "basket", "checkout.address", "checkout.payment", "bought"]
    steps = data.draw(st.lists(st.sampled_from(flat if order == "strict" else PLACES), unique=True, min_size=2))
    same_second = data.draw(st.sampled_from(["either", "event_id"]))
    units = as_units([[way] for way in data.draw(st.lists(ways, min_size=30, max_size=90))], by_person=False)
    for [row] in units[::5]:
        row.state, row.job = "open", "gift"
    forget_sessions(store)
    fill(store, [row for unit in units for row in unit])

    told = {"steps": ",".join(steps), "order": order, "same_second": same_second, "breakdown": "job"}
    answer = ask("/v1/funnel", from_=LONG_AGO, to=text(DAY * 900), **told)

    tolerance = 1_000 if (order, same_second) == ("ordered", "either") else 0
    assert counts(answer) == entered(Funnel(steps, order, 1_209_600_000, tolerance), units)
    if order != "any":  # a window that never binds makes it go by the rules
        by_rules = ask(
            "/v1/funnel", step_windows=f"{steps[1]}:300d", from_=LONG_AGO, to=text(DAY * 900), **told
        )  # fmt: skip
        assert {name: answer[name] for name in ("steps", "overall", "breakdown")} == {
            name: by_rules[name] for name in ("steps", "overall", "breakdown")
        }


def test_of_very_many_sessions_a_share_is_timed_and_all_are_counted(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, [session("0 browse, 9 basket", id=f"{number:02x}{30 * 'f'}") for number in range(256)])
    monkeypatch.setattr("services.api.funnel_shape.MOST_TIMED", 64)

    first = ask("/v1/funnel", steps="browse,basket")["steps"][0]

    assert (first["entered"], first["converted"]) == (256, 256)
    assert first["seconds"] == {"median": 9.0, "p75": 9.0, "p90": 9.0, "timed": 64}


def as_units(people: list[list[list[tuple[str, int, int]]]], by_person: bool) -> list[list[SessionRow]]:
    """Sessions by unit: a person's lie an hour apart."""
    sessions = [
        [session(told(way, hour * 3600.0), visitor=f"v{number}") for hour, way in enumerate(person)]
        for number, person in enumerate(people)
    ]
    return sessions if by_person else [[row] for rows in sessions for row in rows]


def forget_sessions(store: Store) -> None:
    """Hypothesis tries many shops within one test."""
    store.empty("sessions")


def test_the_journeys_stages_are_the_default_funnel(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 9 basket, 20 checkout.payment, 30 bought"), session("0 browse, 9 basket")])

    answer = ask("/v1/funnel")

    assert [step["step"] for step in answer["steps"]] == ["browse", "basket", "checkout", "bought"]
    assert counts(answer) == [2, 2, 1, 1]
    assert answer["journey_version"] == JOURNEY.version


def test_what_entered_converted_dropped_or_is_in_progress(store: Store, ask: Ask) -> None:
    bought, dropped = session("0 browse, 9 basket"), [session("0 browse"), session("0 browse")]
    still_here, done_and_here = session("0 browse", state="open"), session("0 browse, 9 basket", state="open")
    fill(store, [bought, *dropped, still_here, done_and_here])

    first = ask("/v1/funnel", steps="browse,basket")["steps"][0]

    assert (first["entered"], first["converted"], first["dropped"], first["in_progress"]) == (5, 2, 2, 1)
    assert first["rate"]["share"] == pytest.approx(1 / 3)  # of those no longer in progress
    assert first["rate"]["low"] < 1 / 3 < first["rate"]["high"]


def test_nobody_entered_is_no_rate_rather_than_zero(store: Store, ask: Ask) -> None:
    fill(store, [])

    first = ask("/v1/funnel")["steps"][0]

    assert (first["entered"], first["dropped"], first["rate"], first["seconds"]) == (0, 0, None, None)


def test_time_to_convert_is_from_step_to_step_of_those_who_did(store: Store, ask: Ask) -> None:
    fill(store, [*(session(f"0 browse, {wait} basket") for wait in (10, 20, 30, 100)), session("0 browse")])

    seconds = ask("/v1/funnel", steps="browse,basket")["steps"][0]["seconds"]

    assert seconds == {"median": 25.0, "p75": 47.5, "p90": pytest.approx(79.0), "timed": 4}


def test_events_in_the_same_second_count_in_either_order_unless_ids_shall_decide(store: Store, ask: Ask) -> None:
    fill(store, [session("0 basket, 0.9 browse"), session("0 basket, 1.0 browse")])

    assert counts(ask("/v1/funnel", steps="browse,basket")) == [2, 1]
    assert counts(ask("/v1/funnel", steps="browse,basket", same_second="event_id")) == [2, 0]


def test_a_repeat_of_the_first_step_starts_the_window_anew(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 10 basket, 100 browse, 110 checkout")])

    assert counts(ask("/v1/funnel", steps="browse,checkout", window="20s")) == [1, 1]
    assert counts(ask("/v1/funnel", steps="browse,checkout", window="9s")) == [1, 0]


def test_strict_breaks_where_another_stage_lies_between(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 5 basket, 9 bought"), session("0 browse, 9 bought")])

    assert counts(ask("/v1/funnel", steps="browse,bought")) == [2, 2]
    assert counts(ask("/v1/funnel", steps="browse,bought", order="strict")) == [2, 1]


def test_strict_begins_again_after_a_break(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 5 basket, 8 browse, 9 bought")])

    assert counts(ask("/v1/funnel", steps="browse,bought", order="strict")) == [1, 1]


def test_one_event_is_both_its_stage_and_its_step(store: Store, ask: Ask) -> None:
    fill(store, [session("0 checkout.payment"), session("0 checkout.address")])

    assert counts(ask("/v1/funnel", steps="checkout,checkout.payment")) == [2, 1]


def test_a_person_converts_in_a_later_session_also_after_the_period(store: Store, ask: Ask) -> None:
    fill(
        store,
        [session("0 browse", visitor="a"), session(f"{5 * DAY} basket", visitor="a"), session(f"{40 * DAY} browse")],
    )
    first_day = {"from_": text(0), "to": text(DAY), "steps": "browse,basket"}

    assert counts(ask("/v1/funnel", unit="person", **first_day)) == [1, 1]
    assert counts(ask("/v1/funnel", unit="person", window="4d", **first_day)) == [1, 0]
    assert counts(ask("/v1/funnel", unit="session", **first_day)) == [1, 0]


def test_identity_joined_after_the_fact_makes_one_person_of_two_devices(store: Store, ask: Ask) -> None:
    phone, laptop = session("0 browse", visitor="phone"), session("100 basket", visitor="laptop", user="anna")
    fill(store, [phone, laptop])
    assert counts(ask("/v1/funnel", unit="person", steps="browse,basket")) == [1, 0]

    fill(store, [session("200 browse", visitor="phone", user="anna")])

    assert counts(ask("/v1/funnel", unit="person", steps="browse,basket")) == [1, 1]


def test_a_person_whose_window_is_not_over_is_in_progress(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse"), session(f"{20 * DAY} browse")])

    first = ask("/v1/funnel", unit="person", from_=text(0), to=text(30 * DAY))["steps"][0]

    assert (first["entered"], first["dropped"], first["in_progress"]) == (2, 1, 1)


def test_a_breakdown_by_job_adds_up_to_the_whole(store: Store, ask: Ask) -> None:
    ways = [("gift", "0 browse, 5 basket"), ("gift", "0 browse"), ("replace", "0 browse")]
    fill(store, [session(way, job=job) for job, way in ways])

    answer = ask("/v1/funnel", steps="browse,basket", breakdown="job")

    assert {group["value"]: counts(group) for group in answer["breakdown"]} == {"gift": [2, 1], "replace": [1, 0]}
    assert counts(answer) == [3, 1]


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"steps": "browse,nowhere"}, "/query/steps"),
        ({"steps": "browse,browse"}, "/query/steps"),
        ({"steps": "checkout,checkout.payment", "order": "strict"}, "/query/steps"),
        ({"window": "14"}, "/query/window"),
        ({"window": "0s"}, "/query/window"),
        ({"order": "random"}, "/query/order"),
        ({"from": "2026-01-01"}, "/query/from"),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, "/query/from"),
        ({"form": "2026-01-01T00:00:00Z"}, "/query/form"),
    ],
)
def test_a_mistake_in_the_question_is_pointed_at(
    store: Store, client: Client, parameters: dict[str, str], pointer: str
) -> None:
    fill(store, [])

    response = client.get("/v1/funnel", params=parameters, headers={"Authorization": "Bearer rk_shop"})

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["pointer"] == pointer
