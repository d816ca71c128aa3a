"""Jobs: how well they get done, by attempts that may take several sessions and devices."""

import statistics
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.jobs_reference import Attempt, Span, attempts
from tests.api.said import forget, say
from tests.api.shop import DAY, fill, finding, moment, session, text

HOUR = 3600
ALL_TIME = {"from_": text(-DAY), "to": text(100 * DAY)}
WINDOW = 14 * DAY * 1000


def tried(day: float, who: str = "anna", *, done: bool = False, job: str = "gift", **given: object) -> SessionRow:
    """A session of somebody with a job on a day; done ten minutes after it began."""
    start = day * DAY
    given = {"user": who, "visitor": f"{who}-1", "job": job, "events": 5, "pages": 4} | given
    return session(f"{start} browse, {start + 60} basket", outcome_at=moment(start + 600) if done else 0, **given)


def only(answer: Any, job: str = "gift") -> Any:
    (found,) = [one for one in answer["jobs"] if one["job"] == job]
    return found


def test_an_attempt_goes_on_over_sessions_and_devices_until_it_is_done(store: Store, ask: Ask) -> None:
    fill(store, [tried(0), tried(2, visitor="phone"), tried(3, done=True, value=40.0), tried(40, who="ben")])

    found = only(ask("/v1/jobs", **ALL_TIME))

    assert (found["attempts"], found["people"], found["done"], found["done_in_several"]) == (2, 2, 1, 1)
    assert found["in_progress"] == 1  # nothing is known of the days after his
    assert found["success"]["share"] == 1.0
    assert found["seconds_to_done"]["median"] == 3 * DAY + 600
    assert (found["effort"]["median_moves"], found["effort"]["median_acts"]) == (12, 15)


def test_what_is_not_done_within_the_window_has_failed_and_what_comes_after_is_a_new_attempt(
    store: Store, ask: Ask
) -> None:
    fill(store, [tried(0), tried(15, done=True), tried(60, who="ben")])

    found = only(ask("/v1/jobs", **ALL_TIME))

    assert (found["attempts"], found["done"], found["in_progress"]) == (3, 1, 1)
    assert found["success"]["share"] == 0.5


def test_those_who_may_still_get_done_are_not_left_out_for_that(store: Store, ask: Ask) -> None:
    # Each day ten set out, of whom three get done at once; nobody has had fourteen days.
    fill(store, [tried(day, f"{day}-{number}", done=number < 3) for day in range(10) for number in range(10)])

    found = only(ask("/v1/jobs", **ALL_TIME))

    assert (found["attempts"], found["done"], found["in_progress"]) == (100, 30, 70)
    assert found["success"]["share"] == pytest.approx(0.3, abs=0.03)
    assert found["success"]["low"] < 0.3 < found["success"]["high"] < 0.45
    assert found["opportunity"]["satisfaction"]["score"] == pytest.approx(3, abs=0.3)


def test_only_attempts_that_began_in_the_period_count_but_with_all_that_followed(store: Store, ask: Ask) -> None:
    fill(store, [tried(0), tried(5, done=True), tried(6, who="ben"), tried(9, who="ben", done=True), tried(90, "x")])

    found = only(ask("/v1/jobs", from_=text(4 * DAY), to=text(8 * DAY)))

    assert (found["attempts"], found["done"], found["done_in_several"]) == (1, 1, 1)


def test_effort_is_held_against_the_fastest_tenth(store: Store, ask: Ask) -> None:
    fill(store, [tried(0, f"p{number}", done=True, pages=4 if number < 2 else 12) for number in range(11)])

    effort = only(ask("/v1/jobs", **ALL_TIME))["effort"]

    assert (effort["shortest_moves"], effort["shortest_from"]) == (4, "fastest_decile")
    assert effort["ratio"] == 3


def test_what_customers_say_stands_beside_and_changes_nothing(store: Store, ask: Ask) -> None:
    rows = [tried(0, f"p{number}", done=True) for number in range(10)]
    fill(store, rows)
    before = only(ask("/v1/jobs", **ALL_TIME))
    say(store, rows[:4], "done_stated", '{"done": "no"}')
    say(store, rows[4:5], "done_stated", '{"done": true}')
    say(store, rows[:2], "recommendation_stated", '{"score": 10}')
    say(store, rows[2:3], "recommendation_stated", '{"score": 2, "job": "gift"}')

    found = only(ask("/v1/jobs", **ALL_TIME))

    assert found["success"] == before["success"]
    assert (found["reported"]["asked"], found["reported"]["done"]["share"]) == (5, 0.2)
    assert found["reported"]["scored"] == 3
    assert found["reported"]["net_promoter_score"]["score"] == pytest.approx(100 / 3)


def test_enough_ratings_take_the_place_of_behaviour(store: Store, ask: Ask) -> None:
    rows = [tried(0, f"p{number}", done=True) for number in range(30)] + [tried(50, "late")]
    fill(store, rows)
    assert only(ask("/v1/jobs", **ALL_TIME))["opportunity"]["source"] == "behaviour"

    say(store, rows[:30], "job_rated", '{"job": "gift", "importance": 5, "satisfaction": "1"}')

    found = only(ask("/v1/jobs", **ALL_TIME))["opportunity"]
    assert found["source"] == "ratings"
    assert (found["importance"]["score"], found["satisfaction"]["score"], found["opportunity"]["score"]) == (10, 0, 20)


def test_friction_on_the_way_lowers_satisfaction_and_an_unmet_job_comes_first(store: Store, ask: Ask) -> None:
    smooth = [tried(0, f"s{number}", done=True, job="replace") for number in range(20)]
    rough = [tried(0, f"r{number}", done=True) for number in range(20)]
    fill(store, [*smooth, *rough, tried(50, "late")], [finding(row, "rage_click", "basket", 70) for row in rough])

    answer = ask("/v1/jobs", **ALL_TIME)

    assert [one["job"] for one in answer["jobs"]][:2] == ["gift", "replace"]
    assert only(answer)["opportunity"]["satisfaction"]["score"] == pytest.approx(5)
    assert only(answer, "replace")["opportunity"]["satisfaction"]["score"] == 10


TRIES = st.builds(
    lambda day, hour, who, known, device, job, done: (day + hour / 24, who, known, device, job, done),
    st.integers(0, 60),
    st.integers(0, 23),
    st.sampled_from(["anna", "ben"]),
    st.booleans(),
    st.sampled_from(["phone", "laptop"]),
    st.sampled_from(["gift", "replace", "unassigned"]),
    st.booleans(),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tries=st.lists(TRIES, max_size=25, unique_by=lambda one: (one[0], one[1], one[3])), first=st.integers(0, 40))
def test_any_sessions_give_what_going_through_them_one_by_one_gives(
    store: Store, ask: Ask, tries: list[tuple[float, str, bool, str, str, bool]], first: int
) -> None:
    forget(store, "sessions")
    rows = [
        tried(day, who, done=done, job=job, user=who if known else "", visitor=f"{who}-{device}", value=float(n),
              pages=n % 7)
        for n, (day, who, known, device, job, done) in enumerate(tries)
    ]  # fmt: skip
    fill(store, rows)
    as_of = max((row.ended_at for row in rows), default=moment(0))
    expected = attempts(rows, Span(moment(first * DAY), moment((first + 20) * DAY), WINDOW, as_of))

    answer = ask("/v1/jobs", from_=text(first * DAY), to=text((first + 20) * DAY))

    assert {one["job"]: shown(one) for one in answer["jobs"]} == {
        job: counted([one for one in expected if one.job == job], as_of) for job in Counter(one.job for one in expected)
    }


def shown(found: Any) -> tuple[object, ...]:
    waits, effort = found["seconds_to_done"], found["effort"]
    return (
        found["attempts"],
        found["done"],
        found["in_progress"],
        waits and waits["median"],
        effort and effort["median_moves"],
        found["worth"],
        found["success"] and pytest.approx(found["success"]["share"]),
    )


def counted(tried: list[Attempt], as_of: int) -> tuple[object, ...]:
    done = [one for one in tried if one.done]
    return (
        len(tried),
        len(done),
        sum(one.in_progress for one in tried),
        statistics.median(one.seconds for one in done) if done else None,
        statistics.median(one.moves for one in done) if done else None,
        sum(one.worth for one in tried),
        success(tried, as_of),
    )


def success(tried: list[Attempt], as_of: int) -> float | None:
    """By scipy's survival curve, of times as coarse as answers have them."""
    done = [coarse(one.seconds) for one in tried if one.done]
    going_on = [coarse((as_of - one.sessions[0].started_at) / 1000) for one in tried if one.in_progress]
    if len(going_on) == len(tried):
        return None
    failed = [WINDOW / 1000] * (len(tried) - len(done) - len(going_on))
    return 1 - float(ecdf(CensoredData(uncensored=done, right=[*going_on, *failed])).sf.evaluate(WINDOW / 1000))


def coarse(seconds: float) -> int:
    step = 1 if seconds < HOUR else 60 if seconds < DAY else HOUR
    return int(seconds) // step * step
