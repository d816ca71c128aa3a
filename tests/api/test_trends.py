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
