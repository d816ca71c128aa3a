"""Who comes back with the same job."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.said import forget
from tests.api.shop import DAY, fill, moment, session, text

# 1 January 2026 is a Thursday: Monday, 5 January is day 4.


def cohorts(answer: Any) -> dict[tuple[str, str], tuple[int, dict[int, int]]]:
    return {
        (one["job"], one["begins"]): (one["people"], {later["number"]: later["people"] for later in one["later"]})
        for one in answer["cohorts"]
    }


def test_people_come_back_week_by_week_and_a_week_that_is_not_over_gives_no_share(store: Store, ask: Ask) -> None:
    fill(store, [
        session(f"{4 * DAY} browse", job="gift", visitor="a"),
        session(f"{12 * DAY} browse", job="gift", visitor="b", user="anna"),
        session(f"{5 * DAY} browse", job="gift", visitor="c", user="anna"),
        session(f"{13 * DAY} browse", job="replace", visitor="a"),
        session(f"{19 * DAY} browse", job="gift", visitor="a"),
    ])  # fmt: skip

    answer = ask("/v1/jobs/retention", from_=text(0), to=text(30 * DAY), buckets=3)

    (found,) = [one for one in answer["cohorts"] if one["job"] == "gift"]
    assert (found["begins"], found["people"]) == ("2026-01-05", 2)
    assert [(one["number"], one["people"]) for one in found["later"]] == [(1, 1), (2, 1)]
    assert found["later"][0]["share"]["share"] == 0.5
    assert found["later"][1]["share"] is None


def test_as_a_table_each_cohort_has_a_line_for_each_bucket(store: Store, client: Client) -> None:
    fill(store, [
        session(f"{4 * DAY} browse", job="gift", visitor="a"),
        session(f"{5 * DAY} browse", job="gift", visitor="b"),
        session(f"{12 * DAY} browse", job="gift", visitor="b"),
        session(f"{19 * DAY} browse", job="replace", visitor="c"),
    ])  # fmt: skip
    asked = {"from": text(0), "to": text(30 * DAY), "format": "csv"}

    table = client.get("/v1/jobs/retention", params=asked, headers={"Authorization": "Bearer rk_shop"}).text

    assert [line.split(",")[:6] for line in table.splitlines()] == [
        ["job", "begins", "cohort", "number", "people", "share_share"],
        ["gift", "2026-01-05", "2", "0", "2", ""],
        ["gift", "2026-01-05", "2", "1", "1", "0.5"],
        ["gift", "2026-01-05", "2", "2", "0", ""],
        ["replace", "2026-01-19", "1", "0", "1", ""],
    ]


def test_only_those_who_got_it_done_may_be_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 browse", job="gift", visitor="a", outcome_at=moment(5)),
        session("0 browse", job="gift", visitor="b"),
    ])  # fmt: skip

    (found,) = ask("/v1/jobs/retention", only_done="true", from_=text(-DAY), to=text(DAY))["cohorts"]

    assert found["people"] == 1


VISITS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from("abc"), st.sampled_from(["gift", "replace"])), max_size=20
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=VISITS)
def test_any_visits_give_what_counting_people_gives(store: Store, ask: Ask, visits: list[tuple[int, str, str]]) -> None:
    forget(store, "sessions")
    last = session(f"{90 * DAY} browse")
    fill(store, [session(f"{day * DAY} browse", visitor=who, job=job) for day, who, job in visits] + [last])

    answer = ask("/v1/jobs/retention", bucket="day", buckets=45, from_=text(0), to=text(100 * DAY))

    days: dict[tuple[str, str], set[int]] = {}
    for day, who, job in visits:
        days.setdefault((job, who), set()).add(day)
    expected: dict[tuple[str, str], tuple[int, dict[int, int]]] = {}
    for (job, _), came in days.items():
        key = job, text(min(came) * DAY)[:10]
        people, later = expected.get(key, (0, dict.fromkeys(range(1, 46), 0)))
        expected[key] = people + 1, {n: count + (min(came) + n in came) for n, count in later.items()}
    assert cohorts(answer) == expected


def test_who_is_known_later_came_back_also_before_and_weeks_begin_in_the_time_zone(store: Store, ask: Ask) -> None:
    fill(store, [
        session(f"{3.99 * DAY} browse", job="gift", visitor="phone"),  # late on Sunday; Monday in Berlin
        session(f"{12 * DAY} browse", job="gift", visitor="laptop", user="anna"),
        session(f"{13 * DAY} browse", visitor="phone", user="anna"),
        session(f"{40 * DAY} browse", visitor="late"),
    ])  # fmt: skip
    span = {"from_": text(0), "to": text(50 * DAY), "buckets": 2}

    here, there = (cohorts(ask("/v1/jobs/retention", tz=tz, **span)) for tz in ("UTC", "Europe/Berlin"))

    assert here == {("gift", "2025-12-29"): (1, {1: 0, 2: 1})}
    assert there == {("gift", "2026-01-05"): (1, {1: 1, 2: 0})}
