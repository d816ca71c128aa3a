"""Whether the worker gets on: a consumer that is stuck says nothing, so its position is held against the log's end.

aiokafka and Faust can stop fetching without an error (aiokafka #847, faust #629). The end is asked for over a
connection of our own, so that a stuck client cannot tell it wrong.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from services.core.event import Millis
from services.edges.log import ends
from services.edges.topics import KafkaUnreachable
from services.stages.agent import now
from services.stages.checkpoint import Checkpoint
from services.stages.holdings import LET_GO_WITHIN

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
LOOK_EVERY = timedelta(seconds=5)


class NoProgress(Exception):
    """Records lie there, and for a while none was read."""

    def __init__(self, partitions: list[int]) -> None:
        super().__init__(
            f"No record of partition(s) {', '.join(map(str, partitions))} was read for {PATIENCE.seconds} s although "
            "there are some: Kafka's client is stuck. What was acknowledged is stored. Start this worker anew."
        )


class LogReplaced(Exception):
    """The topic was recreated while a worker read it."""

    def __init__(self, topic: str, before: str, now: str) -> None:
        super().__init__(
            f"Topic {topic} is another log ({now}) than the one this worker reads ({before}): it was recreated. "
            "What was read is stored; what the old log held besides is gone with it. Start this worker anew: it goes "
            "on with the new log."
        )


@dataclass
class Progress:
    """Remembers since when each partition stands still while its log is longer."""

    patience: int  # milliseconds
    _stands: dict[int, tuple[int, Millis]] = field(default_factory=dict)

    def stuck(self, fed: Mapping[int, int], ends: Mapping[int, int], now: Millis) -> list[int]:
        """The partitions that have had unread records for longer than the patience. Both map to the next offset."""
        stands: dict[int, tuple[int, Millis]] = {}
        for partition, offset in fed.items():
            if ends.get(partition, 0) > offset:
                known, since = self._stands.get(partition, (-1, now))
                stands[partition] = (offset, since if known == offset else now)
        self._stands = stands
        return [partition for partition, (_, since) in stands.items() if now - since > self.patience]


class Watch:
    """Looks every few seconds, tells what is wrong to those who ask for readiness, and `failed` when it is over."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        kafka: str,
        topic: str,
        log_now: Callable[[], str],
        failed: Callable[[BaseException], None],
    ) -> None:
        """`log_now` asks Kafka which log the topic is, blocks, and raises KafkaUnreachable."""
        self._checkpoint = checkpoint
        self._log_now = log_now
        self._kafka = kafka
        self._topic = topic
        self._failed = failed
        self._progress = Progress(int(PATIENCE.total_seconds() * 1000))
        self.problem = "The worker is starting."
        self.lags: dict[int, int] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.problem = await self._look()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def _look(self) -> str:
        """What keeps the worker from its work, "" where nothing does."""
        fed = {
            one: offset
            for one in self._checkpoint.partitions
            if (offset := self._checkpoint.next_offset(one)) is not None
        }
        try:
            reached = await asyncio.to_thread(ends, self._kafka, self._topic, list(fed))
            log_now = await asyncio.to_thread(self._log_now)
        except KafkaUnreachable as error:
            return str(error)
        if fed and log_now != self._checkpoint.log_id:
            return await self._refuse_replaced(log_now)
        self.lags = {partition: max(0, reached.get(partition, 0) - offset) for partition, offset in fed.items()}
        if self._checkpoint.is_full:
            # It reads no more because the database takes no more: another start would not help.
            self._progress.stuck({}, {}, now())
            return "The database takes no checkpoint; Kafka keeps the events until it does."
        if partitions := self._progress.stuck(fed, reached, now()):
            self._failed(NoProgress(partitions))
            return str(NoProgress(partitions))
        return ""

    async def _refuse_replaced(self, log_now: str) -> str:
        error = LogReplaced(self._topic, self._checkpoint.log_id, log_now)
        with suppress(TimeoutError):  # else as much is stored as the last checkpoint did
            await asyncio.wait_for(self._checkpoint.write(), LET_GO_WITHIN.total_seconds())
        self._failed(error)
        return str(error)
