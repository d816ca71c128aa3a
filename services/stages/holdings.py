"""The partitions this worker holds: taken on as their last checkpoint left them, let go with a last one.

The database says where to go on, since the group's committed offset may be behind it.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

import stamina
from faust.types import TP

from services.core.pipeline import Pipeline
from services.core.rows import PositionRow, StateRow
from services.edges.clickhouse_errors import StoreUnavailable
from services.stages.checkpoint import LONGEST_BACK_OFF, Checkpoint
from services.stages.store import Store

log = logging.getLogger(__name__)

LET_GO_WITHIN = timedelta(seconds=5)
"""Longest wait for the last checkpoint: below the session time-out, and within the 10 s of a SIGTERM."""


class Holdings:
    """Answers Faust's rebalancing (`services.edges.faust_transport.Positions`)."""

    def __init__(self, pipeline: Pipeline, store: Store, checkpoint: Checkpoint, log_id: str) -> None:
        self._pipeline = pipeline
        self._store = store
        self._checkpoint = checkpoint
        self._log_id = log_id
        self._epoch: int | None = None

    async def take_on(self, partitions: set[TP], count: int) -> Mapping[TP, int]:
        self._checkpoint.start()
        starts = await asyncio.gather(*(self._take_on(tp.partition, count) for tp in partitions))
        return dict(zip(partitions, starts, strict=True))

    async def _take_on(self, partition: int, count: int) -> int:
        position, states = await self._left_by_last_checkpoint(partition, count)
        self._pipeline.assign(partition, position, states)
        self._checkpoint.hold(partition, position.next_offset)
        log.info("Partition %s goes on at offset %s with %s states", partition, position.next_offset, len(states))
        return position.next_offset

    async def _left_by_last_checkpoint(self, partition: int, count: int) -> tuple[PositionRow, list[StateRow]]:
        async for attempt in stamina.retry_context(
            StoreUnavailable, attempts=None, timeout=None, wait_max=LONGEST_BACK_OFF.total_seconds()
        ):
            with attempt:
                return await asyncio.to_thread(self._read, partition, count)
        raise AssertionError("unreachable: the attempts do not end")

    def _read(self, partition: int, count: int) -> tuple[PositionRow, list[StateRow]]:
        position = self._store.position(self._log_id, partition) or self._beginning(partition)
        return position, list(self._store.states(partition, count))

    def _beginning(self, partition: int) -> PositionRow:
        if self._epoch is None:
            self._epoch = self._store.epoch(self._log_id)
        version = self._epoch << 40
        return PositionRow(
            log_id=self._log_id, partition=partition, epoch=self._epoch, next_offset=0, clocks="{}", version=version
        )

    async def let_go(self, partitions: set[TP]) -> None:
        """Write a last checkpoint if the database lets us; without it the next owner reads the same events again."""
        if not partitions:
            return
        try:
            await asyncio.wait_for(self._checkpoint.write(), LET_GO_WITHIN.total_seconds())
        except TimeoutError:
            log.warning("The last checkpoint could not be written within %s: is the database away?", LET_GO_WITHIN)
        finally:
            self._checkpoint.stop()
            for tp in partitions:
                self._checkpoint.release(tp.partition)
                self._pipeline.release(tp.partition)
