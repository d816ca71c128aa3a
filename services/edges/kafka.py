"""The producing side: records go into batches we build ourselves, one open batch a partition, one future a batch.

aiokafka's `send()` costs seven times as much a record (docs/benchmarks.md), and buffers without bound.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from itertools import repeat
from operator import itemgetter
from typing import Protocol

import structlog
from aiokafka.errors import KafkaError
from confluent_kafka import murmur2

from services.edges.batch_builder import BatchBuilder, Compressor, Record
from services.edges.producer import Producer
from services.edges.record_batch import Batch, KafkaAway, NotAccepted, Overloaded, Place, Positions, Receipt
from services.edges.topics import Cluster, KafkaUnreachable, ensure_topics, refused_topic

BATCH_BYTES = 512 * 1024  # half of what a topic takes in one batch by default (max.message.bytes)
STALLED_SECONDS = 3.0  # nothing acknowledged for so long: Kafka is away, more would only wait
STOP_SECONDS = 10.0

_key, _value = itemgetter(0), itemgetter(1)

Stored = Callable[[int, int], Awaitable[None]]
Placed = dict[int, list[Record]]
"""What goes to which partition."""

log = structlog.get_logger(__name__)


class Flow(Cluster, Protocol):
    """What is needed of the settings to publish."""

    @property
    def topic(self) -> str: ...
    @property
    def batch_wait(self) -> timedelta: ...
    @property
    def batch_events(self) -> int: ...
    @property
    def buffer_bytes(self) -> int: ...
    @property
    def acknowledge_within(self) -> timedelta: ...


class Publisher:
    """Puts records on the topic and says when they are safe.

    With `stored`, for each topic, a record is safe only when the stages have stored it: for the in-process broker,
    which lives in memory and forgets silently. `partition_bytes` then bounds what a partition holds that is not yet.
    Not to be assumed: that what failed or timed out is not on the topic all the same. Event ids make that harmless.
    """

    def __init__(
        self, settings: Flow, *, partition_bytes: int | None = None, stored: Mapping[str, Stored] | None = None
    ) -> None:
        self.topic = settings.topic
        self.refused_topic = refused_topic(settings.topic)
        self._settings = settings
        self._partition_bytes = partition_bytes
        self._stored = stored or {}
        self._partitions: dict[str, int] = {}
        self._open: dict[Place, Batch] = {}
        self._compress = Compressor()
        self._unsafe: dict[Place, int] = {}  # bytes not yet safe
        self._bytes = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._sent: dict[Batch, None] = {}  # not yet acknowledged, oldest first
        self._under_way: Counter[Place] = Counter()  # how many of them a partition has
        self._flush: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._producer = Producer(settings, self._told)

    async def start(self) -> None:
        """Raises KafkaUnreachable with a sentence for the operator."""
        self._loop = asyncio.get_running_loop()
        self._partitions = await asyncio.to_thread(ensure_topics, self._settings, [self.topic, self.refused_topic])
        try:
            await self._producer.start()
        except KafkaError as error:
            raise KafkaUnreachable(self._settings.kafka, error) from error

    async def stop(self) -> None:
        """Drain what is under way, at most ten seconds, then let go."""
        for batch in list(self._open.values()):
            self._seal(batch)
        deadline = self._loop.time() + STOP_SECONDS
        try:
            await asyncio.wait_for(self._idle.wait(), STOP_SECONDS)
        except TimeoutError:
            log.error("stopped_before_all_was_acknowledged", bytes=self._bytes)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._producer.stop(max(deadline - self._loop.time(), 0.1))

    @property
    def problem(self) -> str:
        """Why nothing can be accepted at the moment; empty when it can."""
        if self._producer.is_away:
            return f"Kafka at {self._settings.kafka} is not reachable; reconnecting"
        oldest = next(iter(self._sent), None)
        if oldest is not None and self._loop.time() - oldest.sent_at > STALLED_SECONDS:
            return f"Kafka at {self._settings.kafka} has acknowledged nothing for {STALLED_SECONDS:g} s"
        return ""

    def publish(self, records: Sequence[Record], topic: str = "") -> asyncio.Future[Positions]:
        """Take all records or raise NotAccepted; the future answers (partition, last offset) once all are safe."""
        topic = topic or self.topic
        count = self._partitions[topic]
        placed: Placed = defaultdict(list)
        # As Kafka's own clients place a key, so that any of them finds it. Hashed anew each time: to look up what is no
        # longer in the processor's own memory takes twice as long.
        for partition, record in zip(map(murmur2, map(_key, records), repeat(count)), records, strict=True):
            placed[partition].append(record)
        return self._place(topic, placed)

    def flush(self) -> None:
        """Wait no longer for more to put beside what is there: whoever publishes has gathered it for long enough."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush_open()

    def broadcast(self, value: bytes) -> asyncio.Future[Positions]:
        """One and the same record to every partition."""
        return self._place(self.topic, {partition: [(b"", value)] for partition in range(self._partitions[self.topic])})

    def _place(self, topic: str, placed: Placed) -> asyncio.Future[Positions]:
        self._admit(topic, placed)
        receipt = Receipt(self._loop.create_future())
        for partition, records in placed.items():
            waiting: Sequence[Record] = records
            while waiting:
                batch = self._open.get((topic, partition)) or self._open_batch(topic, partition)
                added = batch.add(waiting[: self._settings.batch_events - batch.records], receipt)
                waiting = waiting[added:]
                if waiting or batch.records >= self._settings.batch_events:
                    self._seal(batch)
        if not placed:
            receipt.future.set_result([])
        return receipt.future

    def _admit(self, topic: str, placed: Placed) -> None:
        """All or nothing: counts what is admitted, raises where it would pass a bound."""
        if problem := self.problem:
            raise KafkaAway(problem, retry_after=2)
        sizes = {partition: sum(map(len, map(_value, records))) for partition, records in placed.items()}
        size = sum(sizes.values())
        if self._bytes + size > self._settings.buffer_bytes:
            raise Overloaded(f"{self._bytes} bytes wait for their acknowledgement", retry_after=1)
        if self._partition_bytes is not None:
            self._admit_partitions(topic, sizes, self._partition_bytes)
        self._bytes += size
        if self._bytes:
            self._idle.clear()

    def _admit_partitions(self, topic: str, sizes: Mapping[int, int], bound: int) -> None:
        wanted = dict(self._unsafe)
        for partition, size in sizes.items():
            place = topic, partition
            wanted[place] = wanted.get(place, 0) + size
            if wanted[place] > bound:
                raise Overloaded(f"partition {partition} holds as much as may wait to be stored", retry_after=1)
        self._unsafe = wanted

    def _open_batch(self, topic: str, partition: int) -> Batch:
        builder = BatchBuilder(self._compress, BATCH_BYTES, int(time.time() * 1000))
        batch = self._open[topic, partition] = Batch(builder, topic, partition)
        # One clock for all who wait for a batch: one each would be a tenth of what a small request costs.
        late = KafkaAway("the events were not acknowledged in time", retry_after=2)
        batch.deadline = self._loop.call_later(self._settings.acknowledge_within.total_seconds(), batch.fail, late)
        if self._flush is None:
            self._flush = self._loop.call_later(self._settings.batch_wait.total_seconds(), self._flush_open)
        return batch

    def _flush_open(self) -> None:
        self._flush = None
        for batch in list(self._open.values()):
            # aiokafka sends one batch of a partition at a time: another would only wait, and could have grown.
            if self._under_way[batch.place]:
                batch.is_due = True
            else:
                self._seal(batch)

    def _seal(self, batch: Batch) -> None:
        del self._open[batch.place]
        batch.sent_at = self._loop.time()
        self._sent[batch] = None
        self._under_way[batch.place] += 1
        self._producer.send(batch)

    def _arrived(self, batch: Batch) -> None:
        """It is no longer under way, whatever became of it."""
        del self._sent[batch]
        self._under_way[batch.place] -= 1
        waiting = self._open.get(batch.place)
        if waiting is not None and waiting.is_due and not self._under_way[batch.place]:
            self._seal(waiting)

    def _told(self, batch: Batch, outcome: int | NotAccepted) -> None:
        """What became of a batch: the offset of its last record, or why it is not accepted."""
        self._arrived(batch)
        if isinstance(outcome, NotAccepted):
            self._settle(batch, -1, outcome)
        elif stored := self._stored.get(batch.topic):
            self._spawn(self._settle_stored(batch, outcome, stored))
        else:
            self._settle(batch, outcome)

    async def _settle_stored(self, batch: Batch, last_offset: int, stored: Stored) -> None:
        await stored(batch.partition, last_offset)
        self._settle(batch, last_offset)

    def _settle(self, batch: Batch, last_offset: int, error: NotAccepted | None = None) -> None:
        self._bytes -= batch.bytes
        if not self._bytes:
            self._idle.set()
        if self._partition_bytes is not None:
            self._unsafe[batch.place] -= batch.bytes
        if batch.deadline is not None:
            batch.deadline.cancel()
        if error is None:
            batch.settle(last_offset)
        else:
            batch.fail(error)

    def _spawn(self, work: "asyncio.Future[None] | Awaitable[None]") -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
