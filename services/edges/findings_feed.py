"""The topic of findings, read from its end and handed to whoever listens for a project."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from services.edges.quiet import quieten

log = logging.getLogger(__name__)

AGAIN_AFTER = 2.0
MOST_WAITING = 1_000
"""Findings that wait for one listener; more, and it is too slow: the oldest are dropped and counted."""


class Head(msgspec.Struct):
    """Whose a finding is, read without the rest."""

    project: str
    id: str
    visitor: str = ""
    is_deleted: int = 0


class Heard(msgspec.Struct, frozen=True):
    """A finding as it came: JSON, and what it is told apart by."""

    head: Head
    body: bytes


HEAD = msgspec.json.Decoder(Head)


class Listener:
    """Gets the findings of a project, until the feed stops."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Heard | None] = asyncio.Queue()
        self.missed = 0

    def put(self, heard: Heard | None) -> None:
        if self._queue.qsize() >= MOST_WAITING:
            self._queue.get_nowait()
            self.missed += 1
        self._queue.put_nowait(heard)

    async def next(self, within: float) -> Heard | None:
        """The next one; None where the feed has stopped. Raises TimeoutError."""
        return await asyncio.wait_for(self._queue.get(), within)


class FindingsFeed:
    """Reads the topic from the first listener on. Nothing is kept for who is not there."""

    def __init__(self, kafka: str, topic: str, *, fetch_wait_ms: int = 500) -> None:
        """A broker that wakes no waiting fetch needs a short wait."""
        self._kafka = kafka
        self._topic = topic
        self._fetch_wait_ms = fetch_wait_ms
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._run: asyncio.Task[NoReturn] | None = None
        self._ready = asyncio.Event()

    @asynccontextmanager
    async def listen(self, project: str) -> AsyncIterator[Listener]:
        """Hear what is found from now on. Raises TimeoutError where Kafka does not answer."""
        if self._run is None:
            quieten("aiokafka.consumer.fetcher", "aiokafka.cluster", "aiokafka.conn", "aiokafka.client")
            self._run = asyncio.get_running_loop().create_task(self._go_on(), name="findings feed")
        await asyncio.wait_for(self._ready.wait(), 5)
        listener = Listener()
        self._listeners[project].add(listener)
        try:
            yield listener
        finally:
            self._listeners[project].discard(listener)

    async def stop(self) -> None:
        """End all listening."""
        if self._run is not None:
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)
        for listener in [one for some in self._listeners.values() for one in some]:
            listener.put(None)

    async def _go_on(self) -> NoReturn:
        while True:
            try:
                await self._read()
            except KafkaError as error:
                log.warning("Findings cannot be read from topic %s: %s. Trying again.", self._topic, error)
            await asyncio.sleep(AGAIN_AFTER)

    async def _read(self) -> None:
        consumer = AIOKafkaConsumer(
            self._topic,
            bootstrap_servers=self._kafka,
            group_id=None,  # each reader reads all of it
            enable_auto_commit=False,
            fetch_max_wait_ms=self._fetch_wait_ms,
        )
        try:
            await consumer.start()
            if not consumer.assignment():
                raise KafkaError(f"there is no topic {self._topic} yet; a stages worker makes it")
            await consumer.seek_to_end()
            for partition in consumer.assignment():
                await consumer.position(partition)  # asks Kafka now, so that what comes from here on is heard
            self._ready.set()
            async for record in consumer:
                self._hand_on(record.value or b"")
        finally:
            self._ready.clear()
            with suppress(KafkaError):
                await consumer.stop()

    def _hand_on(self, body: bytes) -> None:
        try:
            head = HEAD.decode(body)
        except msgspec.MsgspecError as error:
            log.warning("A record on topic %s is no finding: %s", self._topic, error)
            return
        for listener in self._listeners.get(head.project, ()):
            listener.put(Heard(head, body))
