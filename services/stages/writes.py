"""The writes of a checkpoint: in the order that loses nothing, and each until the database has taken it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import stamina

from services.core.claim import lost
from services.core.refusal_row import row_of_store
from services.core.rows import FindingRow, RefusedRow
from services.edges.clickhouse_errors import RowsRefused, StoreUnavailable
from services.stages.parcel import Parcel
from services.stages.set_aside import say_set_aside
from services.stages.store import Store

R = TypeVar("R", bound=Sized)

Announce = Callable[[Sequence[FindingRow]], Awaitable[None]]
"""Tells the findings that were stored; must not raise, and must not take long."""

LONGEST_BACK_OFF = timedelta(seconds=5)
TABLES_AT_ONCE = 4


def at(point: str) -> None:
    """A named point at which a crash must do no harm. Tests put a function here that kills the process."""


class TakenOver(Exception):
    """Another worker claimed our partitions while we were out of touch, and has gone on from where we were."""

    def __init__(self, partitions: list[int]) -> None:
        super().__init__(
            f"Another worker has taken over partition(s) {', '.join(map(str, partitions))} while this one was out of "
            "touch. Nothing more is written here, and nothing is lost. Start this worker anew."
        )


class Writes:
    """Puts rows into the store, as long as nobody else has claimed our partitions."""

    def __init__(self, store: Store, claims: Callable[[], Mapping[int, str]]) -> None:
        """`claims` answers partition → name of our claim, as they are when it is asked."""
        self.log_id = ""
        self.announce: Announce | None = None
        self._store = store
        self._claims = claims
        self._threads = ThreadPoolExecutor(TABLES_AT_ONCE, thread_name_prefix="checkpoint")
        self._calls: set[Future[None]] = set()

    @property
    def busy(self) -> bool:
        """Is a thread in the database, for a write that we may have given up?"""
        return bool(self._calls)

    async def insert(self, parcel: Parcel) -> None:
        """Results, then the states that stand for them, then the positions that stand for all.

        A visitor's state says that the records up to it are applied, so it must not be there without their results.
        """
        changes = parcel.changes
        unstorable: list[RefusedRow] = []

        def insert_events(table: str, lines: list[bytes]) -> None:
            unstorable[:] = self._insert_storable(table, lines)

        await asyncio.gather(
            self._put("events", insert_events, changes.events),
            self._put("findings", self._store.insert, changes.findings),
            self._put("sessions", self._store.insert_packed, parcel.sessions),
        )
        if self.announce is not None:
            # Before the positions: after a crash from here on the events are read, and their findings told, again.
            await self.announce(changes.findings)
        refused = [*changes.refused, *unstorable]
        await self._put("refused_events", self._store.insert, refused)
        say_set_aside(refused)
        await self._put("session_state", self._store.insert_packed, parcel.states)
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

    async def _put(self, table: str, insert: Callable[[str, R], None], rows: R) -> None:
        if not len(rows):
            return
        claims = self._claims()

        def write() -> None:
            # Right before the insert: a process may be stopped and go on at any moment.
            self._refuse_if_lost(claims)
            insert(table, rows)

        at(f"before {table}")
        await self.patiently(write)
        at(f"after {table}")

    def _refuse_if_lost(self, claims: Mapping[int, str]) -> None:
        if self._store.is_shared and (partitions := lost(self._store.positions(), self.log_id, claims)):
            raise TakenOver(partitions)

    async def patiently(self, write: Callable[[], None]) -> None:
        """Until it is done: while the database is away, Kafka keeps the events."""
        back_off = LONGEST_BACK_OFF.total_seconds()
        async for attempt in stamina.retry_context(StoreUnavailable, attempts=None, timeout=None, wait_max=back_off):
            with attempt:
                call = self._threads.submit(write)
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
                await asyncio.wrap_future(call)
