"""Rejudging stored history comes to what a fresh start with the new journey would, however often it is broken off."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bench.accuracy import JOURNEY
from services.core.claim import claim
from services.core.errors import NothingStored
from services.core.event import Event
from services.core.journey import Journey, read_journey
from services.core.learning import Learning
from services.core.pipeline import Pipeline
from services.demo.people.person import PROJECT
from services.demo.people.town import OPENS_AT, visits
from services.edges.clickhouse import Store, StoreUnavailable
from services.edges.history import Columns, StoreArchive, acts_beside_paths, walks
from services.edges.journey_file import load_journey
from services.rejudge.difference import Difference
from services.rejudge.run import Run
from tests.core.build import encode
from tests.stores import fresh_dsn

SINCE = date(2026, 1, 1)
NOW = datetime(2026, 2, 1, tzinfo=UTC)
OLD = load_journey(JOURNEY)
IGNORED = {"version", "partition"}


def changed(**instead: Any) -> Journey:
    """The same journey with other values at its top."""
    return read_journey({**OLD.model_dump(mode="json", by_alias=True, exclude_unset=True), **instead})


NEW = changed(
    stages=[
        {"name": "look", "role": "browse", "enter": {"event": ["Product Viewed", "Products Searched"]}},
        {"name": "basket", "role": "basket", "enter": {"event": ["Product Added", "Cart Viewed"]}},
        {"name": "checkout", "role": "checkout", "enter": {"event": "Checkout Started"}, "patience": "90s"},
        {"name": "bought", "role": "done", "enter": {"event": "Order Completed"}},
    ],
    unassigned=0.05,
)
OTHER_CUTS = changed(
    time_zone="America/New_York",
    sessions={"inactivity": "25s", "split_at_midnight": True, "split_on_campaign_change": True},
)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    told = [event for visit in visits(seed=3, people=25) for event in visit.events]
    return sorted(told, key=lambda one: (one.occurred_at, one.id))


def live(store: Store, journey: Journey, events: Sequence[Event], *, over: bool = True) -> None:
    """What a worker writes of these events, a checkpoint for every 500; at last all sessions are over, or none."""
    pipeline = Pipeline(journey)
    [claimed] = claim([], "log", [0], 1, "worker")
    pipeline.assign(0, claimed.position, ())
    store.insert("positions", [claimed.position])
    records = encode(events)
    for at in range(0, len(records), 500):
        pipeline.feed(0, records[at : at + 500], now=events[at].received_at)
        write(store, pipeline)
    if over:
        pipeline.tick(0, events[-1].received_at + 86_400_000)
        write(store, pipeline)
    store.save_journey(journey.version, journey.document())


def write(store: Store, pipeline: Pipeline) -> None:
    changes = pipeline.take()
    store.insert_lines("events", changes.events)
    store.insert("findings", changes.findings)
    store.insert("sessions", changes.sessions)
    store.insert("session_state", changes.states)
    store.insert("positions", changes.positions)


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    """What stands in a table."""
    found = store.query(f"SELECT * FROM {table} FINAL ORDER BY id")
    return [{name: value for name, value in row.items() if name not in IGNORED} for row in found]


def afresh(store: Store, journey: Journey, events: Sequence[Event]) -> dict[str, list[dict[str, Any]]]:
    """What would stand had this journey been there from the beginning; the store is emptied first and afterwards."""
    empty(store)
    live(store, journey, events)
    stands = {table: rows(store, table) for table in ("sessions", "findings")}
    empty(store)
    return stands


def empty(store: Store) -> None:
    client = store.address.connect(store.address.database, {})
    for table in ("events", "sessions", "findings", "session_state", "positions", "journeys"):
        client.command(f"TRUNCATE TABLE {table}")
    client.close()


def silent(done: int, total: int) -> None:
    """Nobody watches the progress."""


@pytest.fixture(scope="module")
def module_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The engine in this process: one way to reach the database is enough for all but one of these tests."""
    opened = Store.open(fresh_dsn("chdb", request))
    yield opened
    opened.close()


@pytest.mark.parametrize("journey", [NEW, OTHER_CUTS], ids=["other stages", "other cuts"])
def test_after_it_is_applied_all_stands_as_if_the_journey_had_always_been_this(
    journey: Journey, store: Store, events: list[Event]
) -> None:
    expected = afresh(store, journey, events)
    live(store, OLD, events)

    run = Run(StoreArchive(store), PROJECT, journey, SINCE)
    run.judge(NOW, silent)
    run.apply(silent)

    assert rows(store, "sessions") == expected["sessions"]
    assert rows(store, "findings") == expected["findings"]
    assert store.journey() == journey.document()


def test_the_same_over_http(request: pytest.FixtureRequest, events: list[Event]) -> None:
    with closing(Store.open(fresh_dsn("http", request))) as store:
        live(store, OLD, events)

        run = Run(StoreArchive(store), PROJECT, NEW, SINCE)
        run.judge(NOW, silent)
        run.apply(silent)

        assert {row["journey_version"] for row in rows(store, "sessions")} == {NEW.version}
        assert not store.query("SELECT * FROM rejudged") + store.query("SELECT * FROM rejudged_days")


def test_nothing_changes_before_it_is_applied(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)
    before = rows(store, "sessions"), rows(store, "findings")

    difference = Run(StoreArchive(store), PROJECT, NEW, SINCE).judge(NOW, silent)

    assert (rows(store, "sessions"), rows(store, "findings")) == before
    assert difference.sessions == len(before[0])
    assert difference.stages["browse"].keys() == {"look"}


def test_the_same_journey_changes_nothing(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)

    difference = Run(StoreArchive(store), PROJECT, OLD, SINCE).judge(NOW, silent)

    assert all(list(moved) == [before] for before, moved in difference.stages.items())
    assert all(list(moved) == [before] for before, moved in difference.jobs.items())
    assert all(one.come == one.gone == 0 for one in difference.findings.values())
    assert (difference.new, difference.withdrawn, difference.left) == (0, 0, 0)


class Failing(StoreArchive):
    """A database that goes away after so many writes, and counts the days that were read."""

    def __init__(self, store: Store, writes: int) -> None:
        super().__init__(store)
        self.writes = writes
        self.days: list[str] = []

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        if question.startswith("events"):
            self.days.append(parameters["first"])
        return super().ask(question, parameters)

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        self.writes -= 1
        if self.writes < 0:
            raise StoreUnavailable("the database is away")
        super().keep(table, columns, lines)


def test_broken_off_while_judging_it_goes_on_where_it_was(store: Store, events: list[Event]) -> None:
    expected = afresh(store, NEW, events)
    live(store, OLD, events)
    with pytest.raises(StoreUnavailable):
        Run(Failing(store, writes=13), PROJECT, NEW, SINCE, at_once=1).judge(NOW, silent)

    archive = Failing(store, writes=10_000)
    run = Run(archive, PROJECT, NEW, SINCE)
    difference = run.judge(NOW, silent)
    run.apply(silent)

    assert min(archive.days) > SINCE.isoformat(), "the first days need not be read again"
    assert difference.sessions == len(expected["sessions"])
    assert rows(store, "sessions") == expected["sessions"]
    assert rows(store, "findings") == expected["findings"]


def test_broken_off_while_applying_it_is_applied_again(store: Store, events: list[Event]) -> None:
    expected = afresh(store, NEW, events)
    live(store, OLD, events)
    Run(StoreArchive(store), PROJECT, NEW, SINCE).judge(NOW, silent)
    with pytest.raises(StoreUnavailable):
        Run(Failing(store, writes=5), PROJECT, NEW, SINCE).apply(silent)

    Run(StoreArchive(store), PROJECT, NEW, SINCE).apply(silent)

    assert rows(store, "sessions") == expected["sessions"]
    assert rows(store, "findings") == expected["findings"]


def test_sessions_that_a_worker_has_in_hand_are_left_to_it(store: Store, events: list[Event]) -> None:
    live(store, OLD, events, over=False)
    still_open = {row["id"] for row in rows(store, "sessions") if row["state"] == "open"}
    assert still_open

    run = Run(StoreArchive(store), PROJECT, NEW, SINCE)
    difference = run.judge(NOW, silent)
    run.apply(silent)

    old = {row["id"] for row in rows(store, "sessions") if row["journey_version"] == OLD.version}
    assert still_open <= old
    assert difference.left == len(old)


def test_the_next_worker_takes_nothing_of_it_back(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)
    run = Run(StoreArchive(store), PROJECT, NEW, SINCE)
    run.judge(NOW, silent)
    run.apply(silent)
    stands = rows(store, "sessions")

    [claimed] = claim(store.positions(), "log", [0], 1, "next")

    assert not store.unfinished(claimed.left)
    assert rows(store, "sessions") == stands


def test_two_journeys_after_each_other_end_as_the_second(store: Store, events: list[Event]) -> None:
    expected = afresh(store, OLD, events)
    live(store, OLD, events)

    Run(StoreArchive(store), PROJECT, OLD, SINCE).judge(NOW, silent)  # beside what will no longer stand
    for journey in (OTHER_CUTS, OLD):
        run = Run(StoreArchive(store), PROJECT, journey, SINCE)
        run.judge(NOW, silent)
        run.apply(silent)

    assert rows(store, "sessions") == expected["sessions"]
    assert rows(store, "findings") == expected["findings"]


def test_what_began_before_the_day_asked_for_stays_as_it_is(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)

    run = Run(StoreArchive(store), PROJECT, NEW, date(2026, 1, 4))
    run.judge(NOW, silent)
    run.apply(silent)

    midnight = datetime(2026, 1, 4, tzinfo=UTC)
    for row in rows(store, "sessions"):
        assert row["journey_version"] == (NEW if row["ended_at"] >= midnight else OLD).version
    assert midnight.timestamp() * 1000 > OPENS_AT


def test_of_a_project_without_events_nothing_is_judged(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)

    with pytest.raises(NothingStored, match=f"project 'shpo'.*There are {PROJECT}"):
        Run(StoreArchive(store), "shpo", NEW, SINCE).judge(NOW, silent)


def test_what_is_learned_is_of_the_stored_sessions_and_forms(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)
    learning = Learning(OLD.places, least=3)
    archive = StoreArchive(store)

    for visitor, acts in acts_beside_paths(archive, PROJECT, "2026-01-01"):
        learning.watch(visitor, acts)
    by_the_clock = Learning(OLD.places, least=3)
    for walk in walks(archive, PROJECT, "2026-01-01"):
        learning.see(walk)
        by_the_clock.see(walk)

    learned = learning.learned()
    assert learned.stays["browse"]["*"] < by_the_clock.learned().stays["browse"]["*"], "some looked away"
    assert timedelta(seconds=5) < learned.stays["basket"]["*"] < timedelta(minutes=5)
    assert "bought" not in learned.stays, "nobody goes on from there"
    assert learned.waits
    assert all(timedelta(seconds=1) <= one < timedelta(minutes=2) for one in learned.waits.values())


def test_differences_of_days_add_up() -> None:
    one, other = Difference(sessions=2, stages={"a": {"b": 2}}), Difference(sessions=1, stages={"a": {"b": 1, "a": 1}})

    one.merge([other])

    assert (one.sessions, one.stages) == (3, {"a": {"b": 3, "a": 1}})
