"""Checkpoints: when what changed is written, and who hears of it.

Faust hears last: an event is acknowledged only when a position past it is stored.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from services.core.event import Millis
from services.core.partition import Record
from services.core.pipeline import Pipeline
from services.core.rows import ForgottenRow, PositionRow
from services.settings import Settings
from services.stages import writes
from services.stages.account import Account, Fetch, Released
from services.stages.metrics import WRITTEN
from services.stages.parcel import Parcel
from services.stages.store import Store

VISITORS_AT_ONCE = 50
"""Rendered and packed in one go: about 1 ms, and what the processor's cache holds."""
MOST_BYTES = 32 * 1024 * 1024
"""Of records: as much makes a checkpoint due however few they are, and twice as much is all that may be unwritten."""
FORGET_EVERY = timedelta(seconds=1)
LATE_NOTE = 60_000
"""Milliseconds for which it is looked again who asked: several servers note it, each by its own clock."""


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
        self._accounts: dict[int, Account] = {}
        self.writes = writes.Writes(
            store, lambda: {partition: account.claim for partition, account in self._accounts.items()}
        )
        self._writing = asyncio.Lock()
        self._under_way = 0
        self._bytes_under_way = 0
        self._changed = asyncio.Event()
        self._full = asyncio.Event()
        self._room = asyncio.Event()
        self._forget_at: float = 0
        self._forgotten_until: Millis = 0
        self._given_up = False

    def hold(self, position: PositionRow) -> None:
        """Begin to account for a partition claimed at a position."""
        self.writes.log_id = position.log_id
        self._accounts[position.partition] = Account(position.next_offset, position.claim)
        self._forget_at = self._forgotten_until = 0  # a partition that was held before knows nobody any more

    def release(self, partition: int) -> None:
        """Stop accounting for it. Whoever still waits for it is told."""
        if account := self._accounts.pop(partition, None):
            account.close(Released(f"partition {partition} went to another worker"))

    def fed(self, partition: int, records: Sequence[Record], fetch: Fetch) -> None:
        """Note that the pipeline has applied these records."""
        self._accounts[partition].feed(records[-1].offset + 1, fetch)
        self.changed()

    def changed(self) -> None:
        """Note that there may be something to write."""
        self._changed.set()
        if self._pipeline.pending >= self._most or self._pipeline.pending_bytes >= MOST_BYTES:
            self._full.set()

    def next_offset(self, partition: int) -> int | None:
        """The offset of the next record to be fed, None where the partition is not ours."""
        account = self._accounts.get(partition)
        return None if account is None else account.fed

    @property
    def busy(self) -> bool:
        """Is a thread in the database, for a write that we may have given up?"""
        return self.writes.busy

    @property
    def log_id(self) -> str:
        """Of the partitions held."""
        return self.writes.log_id

    @property
    def partitions(self) -> list[int]:
        return list(self._accounts)

    @property
    def is_full(self) -> bool:
        """Is more unwritten than memory should hold? Then the store is slower than the log."""
        records = self._pipeline.pending + self._under_way
        size = self._pipeline.pending_bytes + self._bytes_under_way
        return records > 2 * self._most or size > 2 * MOST_BYTES

    async def room(self) -> None:
        """Wait while it is full."""
        while self.is_full:
            self._room.clear()
            await self._room.wait()

    async def stored(self, partition: int, offset: int) -> None:
        """Wait until the event at this offset is stored. Raises `Released` when that will not be our doing."""
        account = self._accounts.get(partition)
        if account is None:
            raise Released(f"partition {partition} is not held by this worker")
        await account.wait(offset)

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
            reached = {partition: account.fed for partition, account in self._accounts.items()}
            self._under_way = self._pipeline.pending
            self._bytes_under_way = self._pipeline.pending_bytes
            try:
                with WRITTEN.time():
                    await self.writes.insert(await self._take())
            finally:
                self._under_way = self._bytes_under_way = 0
                self._room.set()
            self._acknowledge(reached)

    async def _take(self) -> Parcel:
        """What changed until now, bit by bit: records are applied in between, and requests answered."""
        parcel = Parcel(self._pipeline.begin())
        while self._pipeline.render(VISITORS_AT_ONCE):
            parcel.pack()
            await asyncio.sleep(0)
        parcel.pack()
        return parcel

    async def _forget(self) -> None:
        """Learn who asked to be forgotten, and erase what was written of them before we knew."""
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + FORGET_EVERY.total_seconds()
        rows: list[ForgottenRow] = []

        def learn() -> None:
            rows[:] = self._store.forgotten(self._forgotten_until)

        await self.writes.patiently(learn)
        self._forgotten_until = max([self._forgotten_until, *(row.forgotten_at - LATE_NOTE for row in rows)])
        if fresh := self._pipeline.forget(rows):
            await self.writes.patiently(lambda: self._store.erase(fresh))

    def _acknowledge(self, reached: dict[int, int]) -> None:
        writes.at("before acknowledge")
        for partition, offset in reached.items():
            if account := self._accounts.get(partition):
                account.settle(offset)
        writes.at("after acknowledge")
