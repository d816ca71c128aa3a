"""What a checkpoint writes first and last, and who hears of it when."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from faust.types import TP
from prometheus_client import REGISTRY

from services.core.claim import claim
from services.core.event import Millis
from services.core.pipeline import Pipeline
from services.core.rows import UnfinishedRow
from services.edges.clickhouse_errors import StoreRefused
from services.settings import Settings
from services.stages import writes as module
from services.stages.account import Released
from services.stages.checkpoint import Checkpoint
from services.stages.holdings import Holdings
from services.stages.writes import TakenOver
from tests.core.build import START, Record, encode, event, shop
from tests.edges.reading import until
from tests.stages.memory_store import MemoryStore

ZERO = TP("events", 0)


class Fetch:
    """A fetch that notes when it was acknowledged, and what was stored by then."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.stored_before: list[str] | None = None

    @property
    def acknowledged(self) -> bool:
        return self.stored_before is not None

    def ack(self) -> bool:
        self.stored_before = list(self.store.tables)
        return True


class Worker:
    """A worker without Kafka: one partition, fed by hand."""

    def __init__(self, **settings: Any) -> None:
        self.store = MemoryStore()
        self.failures: list[BaseException] = []
        self.pipeline = Pipeline(shop())
        eager = settings.pop("eager", True)
        made = Settings.model_validate(settings)
        self.checkpoint = Checkpoint(self.pipeline, self.store, made, eager=eager, failed=self.failures.append)
        self.holdings = Holdings(self.pipeline, self.store, self.checkpoint, "log")

    def claimed_by_another(self) -> None:
        [claimed] = claim(self.store.positions(), "log", [0], 1, "another")
        self.store.keep(claimed.position)

    def feed(self, lines: Sequence[str], first_offset: int = 0) -> Fetch:
        records = encode([event(line) for line in lines], first_offset)
        fetch = Fetch(self.store)
        self.pipeline.feed(0, records, Millis(START))
        self.checkpoint.fed(0, records, fetch)
        return fetch


Start = Callable[..., Any]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    started: list[Worker] = []

    async def starting(**settings: Any) -> Worker:
        worker = Worker(**settings)
        started.append(worker)
        await worker.holdings.take_on({ZERO}, 1)
        worker.store.forget_writes()
        return worker

    yield starting
    for worker in started:
        worker.store.gate.set()
        worker.checkpoint.stop()


async def test_states_come_after_results_positions_after_states_and_acknowledgements_last(start: Start) -> None:
    worker = await start()

    fetch = worker.feed(["0 view", "1 add", "2 checkout"])
    await until(lambda: fetch.acknowledged)

    assert fetch.stored_before is not None
    assert set(fetch.stored_before[:-2]) == {"events", "sessions"}
    assert fetch.stored_before[-2:] == ["session_state", "positions"]


async def test_what_was_set_aside_is_said_and_counted_once_it_is_stored(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("desireline_stages_records_refused_total", {"reason": "unreadable"}) or 0

    worker, before = await start(), counted()
    worker.store.away = True

    worker.pipeline.feed(0, [Record(7, b"no event")], Millis(START))
    worker.checkpoint.changed()
    await until(lambda: worker.store.attempts > 1)
    assert counted() == before
    worker.store.away = False
    await until(lambda: ("refused_events", 1) in worker.store.writes)
    await until(lambda: "positions" in worker.store.tables)

    assert counted() == before + 1
    assert "Set aside: 1 unreadable; the last of partition 0 at offset 7" in caplog.text


async def test_once_given_up_nothing_is_written_even_when_the_partition_is_taken_from_us(start: Start) -> None:
    worker = await start(eager=False, checkpoint_every=timedelta(hours=1))
    fetch = worker.feed(["0 view"])

    worker.checkpoint.give_up()
    await worker.holdings.let_go({ZERO})

    assert worker.store.tables == []
    assert not fetch.acknowledged
    assert not worker.checkpoint.partitions


async def test_while_the_store_is_away_nothing_is_acknowledged_and_nothing_is_lost(start: Start) -> None:
    worker = await start()
    worker.store.away = True

    fetch = worker.feed(["0 view"])
    await until(lambda: worker.store.attempts > 4)
    assert not fetch.acknowledged
    worker.store.away = False
    await until(lambda: fetch.acknowledged)

    assert ("events", 1) in worker.store.writes
    assert not worker.failures


async def test_what_the_store_refuses_is_said_and_never_acknowledged(start: Start) -> None:
    worker = await start()
    worker.store.refusing = "sessions"

    fetch = worker.feed(["0 view"])
    await until(lambda: worker.failures)

    assert isinstance(worker.failures[0], StoreRefused)
    assert not fetch.acknowledged
    assert "positions" not in worker.store.tables


async def test_a_request_waits_until_its_event_is_stored(start: Start) -> None:
    worker = await start()
    worker.store.gate.clear()
    worker.feed(["0 view"], first_offset=10)

    waiting = asyncio.create_task(worker.checkpoint.stored(0, 10))
    later = asyncio.create_task(worker.checkpoint.stored(0, 11))
    await until(lambda: worker.store.attempts)
    assert not waiting.done()
    worker.store.gate.set()
    await asyncio.wait_for(waiting, 10)

    assert not later.done()
    await asyncio.wait_for(worker.checkpoint.stored(0, 10), 1)
    worker.feed(["1 view"], first_offset=11)
    await asyncio.wait_for(later, 10)


async def test_feeding_goes_on_while_a_checkpoint_is_written_but_not_without_limit(start: Start) -> None:
    worker = await start(checkpoint_events=5)
    worker.store.gate.clear()

    worker.feed([f"{second} view" for second in range(5)])
    await until(lambda: worker.store.attempts)
    await asyncio.wait_for(worker.checkpoint.room(), 1)
    worker.feed([f"{second} view" for second in range(5, 11)], first_offset=5)
    waiting = asyncio.create_task(worker.checkpoint.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    worker.store.gate.set()

    await asyncio.wait_for(waiting, 10)


async def test_few_large_records_count_as_many(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.stages.checkpoint.MOST_BYTES", 1_000)
    worker = await start(eager=False, checkpoint_every=timedelta(hours=1))
    first = worker.feed(["0 view"])
    await until(lambda: first.acknowledged)

    worker.store.gate.clear()
    large = worker.feed([f"1 view text={'x' * 1_000}"], first_offset=1)
    await until(lambda: worker.checkpoint.busy)
    worker.feed([f"2 view text={'x' * 1_000}"], first_offset=2)
    assert worker.checkpoint.is_full
    worker.store.gate.set()
    await asyncio.wait_for(worker.checkpoint.room(), 60)

    assert large.acknowledged


async def test_the_first_checkpoint_comes_at_once_and_the_next_after_its_time_or_its_number_of_events(
    start: Start,
) -> None:
    hour = timedelta(hours=1)
    by_number = await start(eager=False, checkpoint_every=hour, checkpoint_events=3)
    by_time = await start(eager=False, checkpoint_every=timedelta(milliseconds=50), checkpoint_events=1000)
    firsts = [worker.feed(["0 view"]) for worker in (by_number, by_time)]
    await until(lambda: all(first.acknowledged for first in firsts))

    few = by_number.feed(["1 view", "2 view"], first_offset=1)
    timely = by_time.feed(["1 view"], first_offset=1)
    await until(lambda: timely.acknowledged)
    assert not few.acknowledged
    by_number.feed(["3 view"], first_offset=3)

    await until(lambda: few.acknowledged)


async def test_letting_go_writes_a_last_checkpoint_and_the_next_owner_goes_on_behind_it(start: Start) -> None:
    worker = await start(eager=False, checkpoint_every=timedelta(hours=1))
    fetch = worker.feed(["0 view", "1 add"])

    await worker.holdings.let_go({ZERO})
    assert fetch.acknowledged
    starts = await worker.holdings.take_on({ZERO}, 1)

    assert starts == {ZERO: 2}
    assert worker.checkpoint.next_offset(0) == 2
    worker.feed(["2 checkout"], first_offset=2)
    [session] = worker.pipeline.take().sessions
    assert session.events == 3


async def test_letting_go_with_the_store_away_gives_up_and_tells_who_waits(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stages.holdings.LET_GO_WITHIN", timedelta(milliseconds=100))
    worker = await start()
    worker.store.away = True
    fetch = worker.feed(["0 view"])
    waiting = asyncio.create_task(worker.checkpoint.stored(0, 0))
    await until(lambda: worker.store.attempts)

    await worker.holdings.let_go({ZERO})

    with pytest.raises(Released):
        await waiting
    with pytest.raises(Released):
        await worker.checkpoint.stored(0, 0)
    assert not fetch.acknowledged
    worker.store.away = False
    assert await worker.holdings.take_on({ZERO}, 1) == {ZERO: 0}


async def test_a_worker_whose_partition_was_claimed_by_another_writes_nothing_more_and_says_so(start: Start) -> None:
    worker = await start(eager=False, checkpoint_every=timedelta(hours=1))
    fetch = worker.feed(["0 view"])
    worker.claimed_by_another()

    with pytest.raises(TakenOver, match=r"taken over partition\(s\) 0"):
        await worker.checkpoint.write()

    assert not worker.store.writes
    assert not fetch.acknowledged


async def test_a_checkpoint_in_its_middle_when_another_claims_writes_no_state_and_no_position(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await start()
    monkeypatch.setattr(module, "at", lambda point: worker.claimed_by_another() if point == "after sessions" else None)

    worker.feed(["0 view"])
    await until(lambda: worker.failures)

    assert isinstance(worker.failures[0], TakenOver)
    assert not {"session_state", "positions"} & set(worker.store.tables)


async def test_letting_go_of_what_another_has_claimed_is_said_and_harms_nothing(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await start(eager=False, checkpoint_every=timedelta(hours=1))
    first = worker.feed(["0 view"])
    await until(lambda: first.acknowledged)
    worker.feed(["1 view"], first_offset=1)
    worker.claimed_by_another()
    worker.store.writes.clear()

    await worker.holdings.let_go({ZERO})

    assert not worker.store.writes
    assert "taken over partition(s) 0" in caplog.text


async def test_what_the_last_owner_still_wrote_is_looked_for_again_and_again_and_taken_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stages.holdings.LOOK_AGAIN_AFTER", timedelta(milliseconds=50))
    worker = await start()
    await worker.holdings.let_go({ZERO})
    await worker.holdings.take_on({ZERO}, 1)

    for looks in (1, 2):
        worker.store.late = [
            UnfinishedRow(
                project="shop", opened_on="2026-01-01", session_id="s", finding_id="", visitor="anna", version=1
            )
        ]
        await until(lambda: worker.store.writes.count(("sessions", 1)) == looks)  # noqa: B023  # awaited within the loop


async def test_where_rows_may_still_come_late_is_written_with_the_claim_for_those_after_it(start: Start) -> None:
    worker = await start()
    await worker.holdings.let_go({ZERO})

    await worker.holdings.take_on({ZERO}, 1)

    [position] = worker.store.positions()
    [owed] = [one for one in position.owed if one.before == position.version]
    assert owed.partition == 0
    assert owed.found_at > 0


async def test_how_far_rows_are_true_whose_position_is_missing_is_written_under_the_claim_before_their_states_again(
    start: Start,
) -> None:
    worker = await start()
    worker.store.refusing = "positions"
    worker.feed(["0 view"])
    await until(lambda: worker.failures)
    worker.checkpoint.give_up()
    await worker.holdings.let_go({ZERO})
    worker.store.refusing = ""
    worker.store.forget_writes()

    await worker.holdings.take_on({ZERO}, 1)

    assert worker.store.writes == [("positions", 1), ("believed", 1), ("session_state", 1)]


async def test_what_is_believed_of_visitors_left_unfinished_is_written_under_the_claim_before_anything_else(
    start: Start,
) -> None:
    worker = await start()
    await worker.holdings.let_go({ZERO})
    worker.store.forget_writes()
    worker.store.late = [
        UnfinishedRow(project="shop", opened_on="2026-01-01", session_id="s", finding_id="", visitor="anna", version=1)
    ]

    await worker.holdings.take_on({ZERO}, 1)
    worker.checkpoint.changed()
    await until(lambda: ("sessions", 1) in worker.store.writes)

    assert worker.store.writes[:3] == [("positions", 1), ("session_state", 1), ("sessions", 1)]
    [believed] = worker.store.states(worker.store.positions()[0], 0)
    assert (believed.visitor, believed.is_deleted) == ("anna", 1)


async def test_a_topic_that_has_grown_is_said(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    worker = await start()
    await worker.holdings.let_go({ZERO})

    await worker.holdings.take_on({ZERO}, 4)

    assert "The topic had 1 partitions and has 4" in caplog.text


async def test_every_write_has_a_crash_point_before_and_after_it(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []
    monkeypatch.setattr(module, "at", passed.append)
    worker = await start()

    worker.feed(["0 view"])
    await until(lambda: "after acknowledge" in passed)

    assert set(passed) == {
        f"{when} {what}"
        for when in ("before", "after")
        for what in ("events", "sessions", "session_state", "positions", "acknowledge")
    }
