"""Trends: a share over time, and what was noted meanwhile."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.said import forget
from tests.api.shop import DAY, fill, finding, moment, session, text

LATER = {"from_": text(0), "to": text(60 * DAY)}


def points(answer: Any) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one["begins"], one["line"]): (one["sessions"], one["happened"]) for one in answer["points"]}


def came(day: float, way: str, count: int = 1, **given: object) -> list[SessionRow]:
    start = day * DAY
    runs = ", ".join(f"{start + 60 * number} {place}" for number, place in enumerate(way.split()))
    return [session(runs, **given) for _ in range(count)]


def test_each_share_is_told_of_those_it_can_be_told_of(store: Store, ask: Ask) -> None:
    rows = [
        *came(1, "browse basket bought", job="gift"), *came(1, "browse basket"), *came(1, "basket browse"),
        *came(2, "browse", job="gift", outcome_at=moment(2 * DAY + 5)), *came(2, "browse", state="open"),
    ]  # fmt: skip
    fill(store, rows, [finding(rows[1], "loop", "basket", DAY), finding(rows[0], "rage_click", "browse", DAY)])

    def told(**asked: str) -> dict[tuple[str, str], tuple[int, int]]:
        return points(ask("/v1/trends", **asked, **LATER))

    first, second = ("2026-01-02", ""), ("2026-01-03", "")
    assert told() == {first: (3, 1), second: (2, 0)}
    assert told(at="browse", goal="basket") == {first: (3, 2), second: (2, 0)}
    assert told(metric="success") == {first: (1, 0), second: (1, 1)}
    assert told(metric="sessions") == {first: (3, 1), second: (2, 1)}
    assert told(metric="drop_offs", at="browse") == {first: (3, 1), second: (1, 0)}
    assert told(metric="friction", at="basket") == {first: (3, 1)}
    assert told(metric="friction", at="basket", detector="rage_click") == {first: (3, 0)}


def test_weeks_begin_on_monday_in_the_time_zone_and_lines_tell_values_apart(store: Store, ask: Ask) -> None:
    fill(store, [*came(3.99, "browse", device="mobile"), *came(4.1, "browse bought", device="desktop")])

    here = ask("/v1/trends", bucket="week", by="device", **LATER)
    there = ask("/v1/trends", bucket="week", by="device", tz="Europe/Berlin", **LATER)

    assert points(here) == {("2025-12-29", "mobile"): (1, 0), ("2026-01-05", "desktop"): (1, 1)}
    assert points(there) == {("2026-01-05", "mobile"): (1, 0), ("2026-01-05", "desktop"): (1, 1)}


def test_a_note_is_shown_with_the_share_before_and_after_it(store: Store, client: Client, ask: Ask) -> None:
    rows = [row for day in range(14) for row in came(day, "browse", 8) + came(day, "browse bought", 2)]
    rows += [row for day in range(15, 29) for row in came(day, "browse", 5) + came(day, "browse bought", 5)]
    fill(store, rows + came(14, "browse", 100))
    release = {"kind": "release", "at": text(14 * DAY + 3600), "title": "2.4"}
    client.post("/v1/annotations", json=release, headers={"Authorization": "Bearer ak_shop"})

    for bucket in ("day", "week"):
        (note,) = ask("/v1/trends", bucket=bucket, **LATER)["notes"]

        assert note["annotation"]["title"] == "2.4"
        assert (note["before"]["share"], note["after"]["share"]) == (0.2, 0.5)
        assert note["rose_by"]["estimate"] == pytest.approx(0.3)
        assert note["rose_by"]["low"] > 0


def test_hours_are_those_of_the_time_zone_and_each_tells_its_offset(store: Store, ask: Ask) -> None:
    fill(store, [*came(1.01, "browse"), *came(1.03, "browse bought"), *came(1.05, "browse")])

    answer = ask("/v1/trends", metric="sessions", bucket="hour", tz="Asia/Kolkata", **LATER)

    assert points(answer) == {
        ("2026-01-02T05:00:00+05:30", ""): (1, 0),
        ("2026-01-02T06:00:00+05:30", ""): (2, 1),
    }


def test_visitors_are_told_once_a_bucket_and_value_with_what_it_amounts_to(store: Store, ask: Ask) -> None:
    rows = [
        *came(1, "browse", 2, visitor="anna", value=5.0), *came(1.1, "browse bought", visitor="anna", value=20.0),
        *came(1.2, "browse bought", visitor="ben", value=10.0), *came(2, "browse", visitor="anna"),
    ]  # fmt: skip
    fill(store, rows)

    visitors = ask("/v1/trends", metric="visitors", **LATER)
    value = ask("/v1/trends", metric="value", **LATER)

    assert points(visitors) == {("2026-01-02", ""): (2, 2), ("2026-01-03", ""): (1, 0)}
    assert points(value) == {("2026-01-02", ""): (4, 2), ("2026-01-03", ""): (1, 0)}
    assert [(one["total"], one["median"]) for one in value["points"]] == [(30.0, 15.0), (0.0, None)]
    assert [(one["total"], one["median"]) for one in visitors["points"]] == [(None, None)] * 2


def test_attempts_effort_and_time_are_those_of_the_jobs(store: Store, ask: Ask) -> None:
    done = [
        came(
            day, "browse basket bought", job="gift", visitor=f"v{day}", pages=day + 3, outcome_at=moment(day * DAY + 90)
        )
        for day in (1, 2, 3)
    ]
    fill(store, [row for rows in done for row in rows] + came(1, "browse", job="gift") + came(30, "browse"))

    (job,) = [one for one in ask("/v1/jobs", **LATER)["jobs"] if one["attempts"]]
    told = {
        metric: ask("/v1/trends", metric=metric, bucket="month", **LATER)["points"]
        for metric in ("attempts", "effort", "seconds_to_done")
    }

    assert {metric: len(one) for metric, one in told.items()} == dict.fromkeys(told, 1)
    assert all((one[0]["sessions"], one[0]["happened"]) == (4, 3) for one in told.values())
    assert told["attempts"][0]["share"] == job["success"]
    assert told["effort"][0]["median"] == job["effort"]["median_moves"]
    assert told["seconds_to_done"][0]["median"] == job["seconds_to_done"]["median"]


def test_a_pain_point_is_followed_by_its_page_and_element(store: Store, ask: Ask) -> None:
    rows = came(1, "browse", 3)
    fill(store, rows, [finding(row, "rage_click", "browse", DAY, page=page, element="#pay") for row, page in
                       zip(rows, ("/a", "/b", "/a"), strict=True)])  # fmt: skip

    def met(**where: str) -> list[tuple[int, int]]:
        return list(points(ask("/v1/trends", metric="friction", detector="rage_click", **where, **LATER)).values())

    assert (met(), met(page="/a"), met(page="/a", element="#no")) == ([(3, 3)], [(3, 2)], [(3, 0)])


def test_the_period_before_stands_beside_it(store: Store, ask: Ask) -> None:
    fill(store, [*came(1, "browse bought"), *came(3, "browse")])

    answer = ask("/v1/trends", metric="sessions", compare="previous", from_=text(2 * DAY), to=text(4 * DAY))

    assert (points(answer), points(answer["previous"])) == ({("2026-01-04", ""): (1, 0)}, {("2026-01-02", ""): (1, 1)})


VISITS = st.tuples(st.integers(0, 30), st.lists(st.sampled_from(["browse", "basket", "bought"]), max_size=4))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=st.lists(VISITS, max_size=20), at=st.sampled_from(["browse", "basket"]))
def test_any_visits_convert_as_looking_at_each_shows(
    store: Store, ask: Ask, visits: list[tuple[int, list[str]]], at: str
) -> None:
    forget(store, "sessions")
    fill(store, [row for day, way in visits if way for row in came(day, " ".join(way))])

    answer = ask("/v1/trends", at=at, goal="bought", **LATER)

    whole = Counter(day for day, way in visits if at in way)
    some = Counter(day for day, way in visits if at in way and "bought" in way[way.index(at) :])
    assert points(answer) == {(text(day * DAY)[:10], ""): (count, some[day]) for day, count in whole.items()}
