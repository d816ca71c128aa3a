"""The topic of refused events → the table: a plain consumer beside the worker, whose work it never stops.

A row's key is where its record lies, and Kafka is told only after the write: nothing is lost, nothing is twice.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

import stamina
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.core.refusal_row import Place, row_of_topic
from services.core.rows import RefusedRow
from services.edges.clickhouse_errors import StoreUnavailable
from services.edges.quiet import quieten
from services.edges.topics import refused_topic
from services.settings import Settings
from services.stages.agent import now
from services.stages.metrics import TABLED
from services.stages.writes import LONGEST_BACK_OFF

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.stages.store import Store

log = logging.getLogger(__name__)

MOST_RECORDS = 500  # of up to 90 KB each
AGAIN_AFTER = timedelta(seconds=5)
LEAVE_WITHIN = timedelta(seconds=2)


class RefusedEvents:
    """Stores what ingest refused, from `start` to `stop`; errors are said and tried again."""

    def __init__(self, settings: Settings, store: "Store", log_id: str, *, fetch_wait_ms: int = 500) -> None:
        """`log_id` is of the topic of refused events. A broker that wakes no waiting fetch needs a short wait."""
        self.topic = refused_topic(settings.topic)
        self._settings = settings
        self._store = store
        self._log_id = log_id
        self._fetch_wait_ms = fetch_wait_ms
        self._reached: defaultdict[int, int] = defaultdict(int)  # partition → offset up to which all is stored
        self._moved = asyncio.Condition()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="refused")
        self._call: Future[None] | None = None
        self._run: asyncio.Task[NoReturn] | None = None

    def start(self) -> None:
        quieten("aiokafka.consumer.group_coordinator", "aiokafka.consumer.fetcher", "aiokafka.cluster")
        self._run = asyncio.get_running_loop().create_task(self._go_on(), name="refused events")

    async def stop(self) -> None:
        """What is not stored by now is read again by whoever takes over."""
        if self._run is not None:
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    @property
    def busy(self) -> bool:
        """Is a thread in the database, for a write that was given up?"""
        return self._call is not None and not self._call.done()

    async def stored(self, partition: int, offset: int) -> None:
        """Wait until the refused event at this offset is in the table."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._reached[partition] > offset)

    async def _go_on(self) -> NoReturn:
        while True:
            try:
                async with self._consumer() as consumer:
                    while True:
                        await self._take(consumer)
            except Exception as error:
                # Whatever it is, events are worth more than what was refused of them: the worker goes on.
                log.error(
                    "Refused events are not stored at the moment, and stay in topic %s: %s: %s. Trying again in %s s.",
                    self.topic,
                    type(error).__name__,
                    error,
                    AGAIN_AFTER.seconds,
                )
            await asyncio.sleep(AGAIN_AFTER.total_seconds())

    @asynccontextmanager
    async def _consumer(self) -> "AsyncIterator[AIOKafkaConsumer]":
        consumer = AIOKafkaConsumer(
            self.topic,
            bootstrap_servers=self._settings.kafka,
            group_id=f"{self._settings.group}-refused",
            group_instance_id=self._settings.worker or None,
            session_timeout_ms=10_000,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self._fetch_wait_ms,
        )
        try:
            await consumer.start()
            yield consumer
        finally:
            with suppress(TimeoutError):  # Kafka is away: it will see by itself that we are gone
                await asyncio.wait_for(consumer.stop(), LEAVE_WITHIN.total_seconds())

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        fetched = await consumer.getmany(timeout_ms=1_000, max_records=MOST_RECORDS)
        if not fetched:
            return
        rows = [row for tp, records in fetched.items() for row in self._rows(tp, records)]
        await self._patiently(rows)
        for reason, count in Counter(row.reason for row in rows).items():
            TABLED.labels(reason).inc(count)
        reached = {tp: records[-1].offset + 1 for tp, records in fetched.items()}
        await self._tell(reached)
        await consumer.commit(reached)

    def _rows(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> list[RefusedRow]:
        moment = now()
        return [
            row_of_topic(Place(self._log_id, tp.partition, record.offset), record.value or b"", moment)
            for record in records
        ]

    async def _patiently(self, rows: list[RefusedRow]) -> None:
        """Until it is done: while the database is away, Kafka keeps them."""
        back_off = LONGEST_BACK_OFF.total_seconds()
        async for attempt in stamina.retry_context(StoreUnavailable, attempts=None, timeout=None, wait_max=back_off):
            with attempt:
                self._call = self._thread.submit(self._store.insert, "refused_events", rows)
                await asyncio.wrap_future(self._call)

    async def _tell(self, reached: Mapping[TopicPartition, int]) -> None:
        async with self._moved:
            for tp, offset in reached.items():
                self._reached[tp.partition] = offset
            self._moved.notify_all()
