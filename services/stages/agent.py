"""The one agent: fetches go into the pipeline, and idle partitions hear what time it is."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Protocol

from services.core.event import Millis
from services.core.pipeline import Pipeline
from services.core.refusal_share import RefusedShare
from services.stages.checkpoint import Checkpoint
from services.stages.metrics import APPLIED

TICK_EVERY = timedelta(seconds=1)
HEARD_WITHIN = timedelta(seconds=5)
"""How fresh the broker's word about a partition's end must be: without it, time must not close sessions."""


class Log(Protocol):
    """Knows whether there is more of a partition than we have."""

    def caught_up(self, partition: int, next_offset: int, since: int) -> bool: ...


def now() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


async def apply(fetches: AsyncIterator[Any], pipeline: Pipeline, checkpoint: Checkpoint, share: RefusedShare) -> None:
    """Feed every fetch: Faust events whose value is the records. The checkpoint acknowledges them, not we.

    Raises TooManyRefused, with nothing awaited between: what was fed last must not come into a checkpoint.
    """
    async for fetch in fetches:
        partition, records = fetch.message.partition, fetch.value
        if checkpoint.next_offset(partition) is None:
            continue  # delivered while the partition was taken from us
        moment = now()
        share.count(len(records), pipeline.feed(partition, records, moment), moment)
        APPLIED.inc(len(records))
        checkpoint.fed(partition, records, fetch)
        await checkpoint.room()


async def tick(pipeline: Pipeline, checkpoint: Checkpoint, log: Log) -> None:
    """Let time pass on the partitions whose last record has been fed, once a second, until cancelled."""
    while True:
        await asyncio.sleep(TICK_EVERY.total_seconds())
        moment = now()
        for partition in checkpoint.partitions:
            next_offset = checkpoint.next_offset(partition)
            heard_since = moment - int(HEARD_WITHIN.total_seconds() * 1000)
            if next_offset is not None and log.caught_up(partition, next_offset, heard_since):
                pipeline.tick(partition, moment)
        checkpoint.changed()
