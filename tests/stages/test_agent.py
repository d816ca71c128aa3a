"""What the clock may do: nothing, while there are records to be read."""

import asyncio
from datetime import timedelta

import pytest

from services.stages.agent import tick
from tests.edges.reading import until
from tests.stages.test_checkpoint import Start, start

__all__ = ["start"]


class Log:
    """Says whether there is more of a partition, and counts how often it was asked."""

    def __init__(self) -> None:
        self.has_more = True
        self.asked = 0

    def caught_up(self, partition: int, next_offset: int, since: int) -> bool:
        self.asked += 1
        return not self.has_more


async def test_time_closes_no_session_while_records_wait_to_be_read(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stages.agent.TICK_EVERY", timedelta(milliseconds=10))
    worker, log = await start(eager=False, checkpoint_every=timedelta(hours=1)), Log()
    fetch = worker.feed(["0 view"])  # long ago
    await until(lambda: fetch.acknowledged)
    ticking = asyncio.create_task(tick(worker.pipeline, worker.checkpoint, log))

    await until(lambda: log.asked > 2)
    assert worker.pipeline.take().sessions == []
    log.has_more, log.asked = False, 0
    await until(lambda: log.asked > 2)

    [session] = worker.pipeline.take().sessions
    assert session.state == "closed"
    ticking.cancel()
