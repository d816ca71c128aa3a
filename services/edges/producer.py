"""The way of batches to Kafka: one after the other, and over a new connection where one of them was not taken."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from services.edges.quiet import quieten
from services.edges.record_batch import Batch, KafkaAway, NotAccepted

RECONNECT_SECONDS = 1.0
CLOSE_SECONDS = 10.0

log = structlog.get_logger(__name__)


def at(point: str) -> None:
    """A named point at which a crash must do no harm. Tests put a function here that kills the process."""


class Waits(Protocol):
    """What is needed of the settings to send."""

    @property
    def kafka(self) -> str: ...
    @property
    def acknowledge_within(self) -> timedelta: ...


class Producer:
    """Sends batches to Kafka, acknowledged by all replicas, and says what became of each."""

    def __init__(self, settings: Waits, told: Callable[[Batch, int | NotAccepted], None]) -> None:
        """`told` hears the offset of a batch's last record, or why it is not known to be on the topic.

        `is_away` says whether there is no connection at the moment.
        """
        self._settings = settings
        self._told = told
        self._queue: asyncio.Queue[Batch] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_away = False

    async def start(self) -> None:
        """Raises KafkaError."""
        quieten("aiokafka.client", "aiokafka.conn", "aiokafka.producer.sender", "aiokafka.cluster")
        self._producer = await self._connect()
        self._spawn(self._send_batches())

    async def stop(self, seconds: float) -> None:
        """Send no more, and close within so many seconds."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._close(self._producer, seconds)

    def send(self, batch: Batch) -> None:
        """Put it behind those that were sent before."""
        self._queue.put_nowait(batch)

    async def _send_batches(self) -> None:
        # One task, so that the batches of a partition keep their order.
        while True:
            batch = await self._queue.get()
            at("before produce")
            try:
                future = await self._producer.send_batch(batch.builder, batch.topic, partition=batch.partition)
            except KafkaError as error:
                self._fail(batch, error)
            else:
                future.add_done_callback(lambda done, batch=batch: self._acknowledged(batch, done))

    def _acknowledged(self, batch: Batch, done: "asyncio.Future[RecordMetadata]") -> None:
        error = done.exception() if not done.cancelled() else KafkaError("the producer was closed")
        if error is not None:
            self._fail(batch, error)
        elif done.result().offset < 0:
            # A retry that Kafka knows it has, at an offset it no longer knows: we could not say what to wait for.
            self._told(batch, KafkaAway("Kafka did not say where it stored the events", retry_after=1))
        else:
            at("after produce")
            self._told(batch, done.result().offset + batch.records - 1)

    def _fail(self, batch: Batch, error: BaseException) -> None:
        self._told(batch, KafkaAway(f"Kafka did not take the events ({error})", retry_after=2))
        if not self.is_away:
            # The sequence numbers of an idempotent producer have a gap now, so Kafka would take nothing more of it.
            self.is_away = True
            self._spawn(self._reconnect())

    async def _reconnect(self) -> None:
        log.warning("kafka_producer_replaced", address=self._settings.kafka)
        old = self._producer
        while True:
            try:
                self._producer = await self._connect()
                break
            except KafkaError:
                await asyncio.sleep(RECONNECT_SECONDS)
        self.is_away = False
        await self._close(old, CLOSE_SECONDS)

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka,
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=int(self._settings.acknowledge_within.total_seconds() * 1000),
        )
        try:
            await producer.start()
        except BaseException:
            await self._close(producer, RECONNECT_SECONDS)
            raise
        return producer

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _close(producer: AIOKafkaProducer, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(producer.stop(), seconds)
