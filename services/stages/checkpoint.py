"""Checkpoints: when what changed is written, in which order, and who hears of it.

Faust hears last: an event is acknowledged only when a position past it is stored.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar

import stamina

from services.core.changes import Changes
from services.core.claim import lost
from services.core.event import Millis
from services.core.partition import Record
from services.core.pipeline import Pipeline
from services.core.refusal_row import row_of_store
from services.core.rows import FindingRow, ForgottenRow, PositionRow, RefusedRow, Row
from services.edges.clickhouse_errors import RowsRefused, StoreUnavailable
from services.settings import Settings
from services.stages.metrics import WRITTEN
from services.stages.set_aside import say_set_aside
from services.stages.store import Store

R = TypeVar("R", bound=Row | bytes)

Announce = Callable[[Sequence[FindingRow]], Awaitable[None]]
"""Tells the findings that were stored; must not raise, and must not take long."""

LONGEST_BACK_OFF = timedelta(seconds=5)
TABLES_AT_ONCE = 4
VISITORS_AT_ONCE = 200
"""Rendered in one go: about 5 ms."""
MOST_BYTES = 32 * 1024 * 1024
"""Of records: as much makes a checkpoint due however few they are, and twice as much is all that may be unwritten."""
FORGET_EVERY = timedelta(seconds=1)
LATE_NOTE = 60_000
"""Milliseconds for which it is looked again who asked: several servers note it, each by its own clock."""


def at(point: str) -> None:
    """A named point at which a crash must do no harm. Tests put a function here that kills the process."""


class Released(Exception):
    """The partition was taken from this worker before the event was stored; another worker will store it."""


class TakenOver(Exception):
    """Another worker claimed our partitions while we were out of touch, and has gone on from where we were."""

    def __init__(self, partitions: list[int]) -> None:
        super().__init__(
            f"Another worker has taken over partition(s) {', '.join(map(str, partitions))} while this one was out of "
            "touch. Nothing more is written here, and nothing is lost. Start this worker anew."
        )


class Fetch(Protocol):
    """A fetch as the agent got it: one Faust event."""

    def ack(self) -> bool: ...


@dataclass
class Holding:
    """One partition in our hands. Offsets are of the next record: to be fed, and to be stored."""

    fed: int
    stored: int
    claim: str
    unacknowledged: deque[tuple[int, Fetch]] = field(default_factory=deque)
    waiting: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)


class Checkpoint:
    """Writes what the pipeline changed: one at a time, while the agent goes on feeding."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        settings: Settings,
        *,
        eager: bool,
        failed: Callable[[BaseException], None],
    ) -> None:
        """`eager`: the next one starts as soon as there is something to write, because requests wait for it.

        `failed` hears what no retry mends.
        """
        self._pipeline = pipeline
        self._store = store
        self._every = settings.checkpoint_every.total_seconds()
        self._most = settings.checkpoint_events
        self._eager = eager
        self._failed = failed
        self._run: asyncio.Task[None] | None = None
        self.log_id = ""
        self._holdings: dict[int, Holding] = {}
        self._threads = ThreadPoolExecutor(TABLES_AT_ONCE, thread_name_prefix="checkpoint")
        self._writing = asyncio.Lock()
        self._under_way = 0
        self._bytes = 0
        self._bytes_under_way = 0
        self._calls: set[Future[None]] = set()
        self._changed = asyncio.Event()
        self._full = asyncio.Event()
        self._room = asyncio.Event()
        self._asked = 0
        self._forget_at: float = 0
        self._forgotten_until: Millis = 0
        self._given_up = False
        self.announce: Announce | None = None

    def hold(self, position: PositionRow) -> None:
        """Begin to account for a partition claimed at a position."""
        self.log_id = position.log_id
        self._holdings[position.partition] = Holding(position.next_offset, position.next_offset, position.claim)
        self._forget_at = self._forgotten_until = 0  # a partition that was held before knows nobody any more

    def release(self, partition: int) -> None:
        """Stop accounting for it. Whoever still waits for it is told."""
        if holding := self._holdings.pop(partition, None):
            for _, _, future in holding.waiting:
                if not future.done():
                    future.set_exception(Released(f"partition {partition} went to another worker"))

    def fed(self, partition: int, records: Sequence[Record], fetch: Fetch) -> None:
        """Note that the pipeline has applied these records."""
        holding = self._holdings[partition]
        holding.fed = records[-1].offset + 1
        holding.unacknowledged.append((holding.fed, fetch))
        self._bytes += sum(len(record.value or b"") for record in records)
        self.changed()

    def changed(self) -> None:
        """Note that there may be something to write."""
        self._changed.set()
        if self._pipeline.pending >= self._most or self._bytes >= MOST_BYTES:
            self._full.set()

    def next_offset(self, partition: int) -> int | None:
        """The offset of the next record to be fed, None where the partition is not ours."""
        holding = self._holdings.get(partition)
        return None if holding is None else holding.fed

    @property
    def busy(self) -> bool:
        """Is a thread in the database, for a write that we may have given up?"""
        return bool(self._calls)

    @property
    def partitions(self) -> list[int]:
        return list(self._holdings)

    @property
    def is_full(self) -> bool:
        """Is more unwritten than memory should hold? Then the store is slower than the log."""
        records, size = self._pipeline.pending + self._under_way, self._bytes + self._bytes_under_way
        return records > 2 * self._most or size > 2 * MOST_BYTES

    async def room(self) -> None:
        """Wait while it is full."""
        while self.is_full:
            self._room.clear()
            await self._room.wait()

    async def stored(self, partition: int, offset: int) -> None:
        """Wait until the event at this offset is stored. Raises `Released` when that will not be our doing."""
        holding = self._holdings.get(partition)
        if holding is None:
            raise Released(f"partition {partition} is not held by this worker")
        if holding.stored <= offset:
            future = asyncio.get_running_loop().create_future()
            self._asked += 1  # futures cannot be compared
            heapq.heappush(holding.waiting, (offset, self._asked, future))
            await future

    def start(self) -> None:
        """Write whenever it is due, until stopped."""
        if self._run is None:
            self._run = asyncio.get_running_loop().create_task(self._go_on_writing(), name="checkpoint")
            self._run.add_done_callback(self._ended)

    def stop(self) -> None:
        """Write no more. What a write under way had taken is lost to us, so all partitions must be released."""
        if self._run is not None:
            self._run.cancel()
            self._run = None
            self._bytes = 0

    def give_up(self) -> None:
        """Write no more whatever comes, a revocation too: what was fed last must not be stored."""
        self._given_up = True
        self.stop()

    def _ended(self, run: asyncio.Task[None]) -> None:
        if not run.cancelled() and (error := run.exception()):
            self._failed(error)

    async def _go_on_writing(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._full.clear()
            await self.write()  # the first at once: whoever waits for it has waited for our start already
            if not self._eager:
                await self._due()

    async def _due(self) -> None:
        try:
            await asyncio.wait_for(self._full.wait(), self._every)
        except TimeoutError:
            return

    def between(self) -> asyncio.Lock:
        """Held while a checkpoint is written. Whoever holds it finds in the store all that was taken until now."""
        return self._writing

    async def write(self) -> None:
        """Write all that was fed until now."""
        async with self._writing:
            if self._given_up:
                return
            await self._forget()
            reached = {partition: holding.fed for partition, holding in self._holdings.items()}
            self._under_way = self._pipeline.pending
            self._bytes_under_way, self._bytes = self._bytes, 0
            try:
                with WRITTEN.time():
                    await self._insert(await self._take())
            finally:
                self._under_way = self._bytes_under_way = 0
                self._room.set()
            self._acknowledge(reached)

    async def _take(self) -> Changes:
        """What changed until now, bit by bit: records are applied in between, and requests answered."""
        changes = self._pipeline.begin()
        while self._pipeline.render(VISITORS_AT_ONCE):  # noqa: ASYNC110 - nothing is waited for, others go first
            await asyncio.sleep(0)
        return changes

    async def _forget(self) -> None:
        """Learn who asked to be forgotten, and erase what was written of them before we knew."""
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + FORGET_EVERY.total_seconds()
        rows: list[ForgottenRow] = []

        def learn() -> None:
            rows[:] = self._store.forgotten(self._forgotten_until)

        await self._patiently(learn)
        self._forgotten_until = max([self._forgotten_until, *(row.forgotten_at - LATE_NOTE for row in rows)])
        if fresh := self._pipeline.forget(rows):
            await self._patiently(lambda: self._store.erase(fresh))

    async def _insert(self, changes: Changes) -> None:
        """Results, then the states that stand for them, then the positions that stand for all.

        A visitor's state says that the records up to it are applied, so it must not be there without their results.
        """
        unstorable: list[RefusedRow] = []

        def insert_events(table: str, lines: list[bytes]) -> None:
            unstorable[:] = self._insert_storable(table, lines)

        await asyncio.gather(
            self._put("events", insert_events, changes.events),
            self._put("findings", self._store.insert, changes.findings),
            self._put("sessions", self._store.insert, changes.sessions),
        )
        if self.announce is not None:
            # Before the positions: after a crash from here on the events are read, and their findings told, again.
            await self.announce(changes.findings)
        refused = [*changes.refused, *unstorable]
        await self._put("refused_events", self._store.insert, refused)
        say_set_aside(refused)
        await self._put("session_state", self._store.insert, changes.states)
        await self._put("positions", self._store.insert, changes.positions)

    def _insert_storable(self, table: str, lines: list[bytes]) -> list[RefusedRow]:
        """Write the lines but for those that the table cannot hold, found by halving: one must not stop the others."""
        try:
            self._store.insert_lines(table, lines)
        except RowsRefused as error:
            if len(lines) == 1:
                return [row_of_store(self.log_id, lines[0], str(error), time.time_ns() // 1_000_000)]
            half = len(lines) // 2
            return [*self._insert_storable(table, lines[:half]), *self._insert_storable(table, lines[half:])]
        return []

    async def _put(self, table: str, insert: Callable[[str, list[R]], None], rows: list[R]) -> None:
        if not rows:
            return
        claims = {partition: holding.claim for partition, holding in self._holdings.items()}

        def write() -> None:
            # Right before the insert: a process may be stopped and go on at any moment.
            self._refuse_if_lost(claims)
            insert(table, rows)

        at(f"before {table}")
        await self._patiently(write)
        at(f"after {table}")

    def _refuse_if_lost(self, claims: Mapping[int, str]) -> None:
        if self._store.is_shared and (partitions := lost(self._store.positions(), self.log_id, claims)):
            raise TakenOver(partitions)

    async def _patiently(self, write: Callable[[], None]) -> None:
        """Until it is done: while the database is away, Kafka keeps the events."""
        back_off = LONGEST_BACK_OFF.total_seconds()
        async for attempt in stamina.retry_context(StoreUnavailable, attempts=None, timeout=None, wait_max=back_off):
            with attempt:
                call = self._threads.submit(write)
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
                await asyncio.wrap_future(call)

    def _acknowledge(self, reached: dict[int, int]) -> None:
        at("before acknowledge")
        for partition, offset in reached.items():
            if holding := self._holdings.get(partition):
                self._advance(holding, offset)
        at("after acknowledge")

    @staticmethod
    def _advance(holding: Holding, offset: int) -> None:
        holding.stored = offset
        while holding.unacknowledged and holding.unacknowledged[0][0] <= offset:
            holding.unacknowledged.popleft()[1].ack()
        while holding.waiting and holding.waiting[0][0] < offset:
            future = heapq.heappop(holding.waiting)[2]
            if not future.done():
                future.set_result(None)
