"""Data is kept for as long as was said, of each project; then ClickHouse deletes it by itself."""

import time

import msgspec
import pytest

from services.core.event import Event, Millis
from services.edges.clickhouse import Store
from services.edges.retention import TABLES, keep_for, retention_of

DAY = 24 * 3_600_000


def event(project: str, days_old: int) -> bytes:
    at = Millis(time.time_ns() // 1_000_000 - days_old * DAY)
    one = Event(
        id=f"{project}{days_old}", project=project, visitor="v", type="track", name="x", occurred_at=at, received_at=at
    )
    return msgspec.json.encode(one)


def kept(store: Store) -> list[str]:
    store.change("OPTIMIZE TABLE events FINAL", {})
    return sorted(row["id"] for row in store.query("SELECT id FROM events FINAL"))


def test_what_is_older_than_was_said_goes_of_each_project_by_itself(store: Store) -> None:
    store.insert_lines("events", [event(project, old) for project in ("shop", "blog") for old in (1, 20, 100)])

    keep_for(store, "2 months, blog=7 days")

    assert kept(store) == ["blog1", "shop1", "shop20"]
    keep_for(store, "")
    store.insert_lines("events", [event("blog", 100)])
    assert kept(store) == ["blog1", "blog100", "shop1", "shop20"]


def test_it_is_told_once(store: Store) -> None:
    keep_for(store, "13 months")
    tables = "SELECT count() AS n FROM system.mutations WHERE database = currentDatabase() AND table = 'events'"
    before = store.query(tables)

    assert keep_for(store, "13 months") == {"": "13 months"}

    assert store.query(tables) == before
    keep_for(store, "")


def test_every_table_with_events_or_what_was_made_of_them_is_told(store: Store) -> None:
    keep_for(store, "1 year")

    told = store.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine_full LIKE '%Year(1)%'"
    )
    assert {row["name"] for row in told} == set(TABLES)
    keep_for(store, "")


@pytest.mark.parametrize("text", ["a while", "shop=", "0 days", "shop'=1 day", "13 months; 2 days", "-1 days"])
def test_what_is_no_time_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"DESIRELINE_RETENTION.*13 months"):
        retention_of(text)
