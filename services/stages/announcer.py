"""Findings onto a topic of their own as soon as they are stored, so that somebody can help while it still helps.

A convenience beside the checkpoints, never a condition of them: what cannot be told in time is not told.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.core.event import Millis
from services.core.rows import FindingRow
from services.edges.quiet import quieten
from services.settings import Settings
from services.stages.agent import now

log = logging.getLogger(__name__)

WITHIN = timedelta(seconds=1)
AGAIN = timedelta(seconds=5)
"""Until Kafka is asked again that was away at the start; once connected, its client sees to that itself."""
RECENT_MS = 600_000
"""Findings in acts longer ago help nobody any more: an import, or a worker that catches up."""
REMEMBERED = 50_000
"""Ids: a session's findings are written at each of its checkpoints, and told once. A restart may tell one again."""


class Announcer:
    """Tells findings, and takes back those that turned out to be none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._told: OrderedDict[str, None] = OrderedDict()
        self._producer: AIOKafkaProducer | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Without Kafka nothing is told until it is there; the worker itself will say that it is away."""
        quieten("aiokafka.producer.sender", "aiokafka.client", "aiokafka.conn", "aiokafka.cluster")
        if not await self._connected():
            self._connecting = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._producer is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._producer.stop(), WITHIN.total_seconds())

    async def _connect(self) -> None:
        connected = False
        while not connected:
            await asyncio.sleep(AGAIN.total_seconds())
            connected = await self._connected()
        log.info("Findings are told on topic %s from now on.", self._settings.findings_topic)

    async def _connected(self) -> bool:
        producer = AIOKafkaProducer(bootstrap_servers=self._settings.kafka, acks="all")
        try:
            await producer.start()
            self._producer = producer
        except KafkaError as error:
            log.warning("Findings are not told on topic %s yet: %s", self._settings.findings_topic, error)
        finally:
            if self._producer is None:
                await producer.stop()
        return self._producer is not None

    async def announce(self, rows: Sequence[FindingRow]) -> None:
        """Send what is news of these rows, and wait a moment until Kafka has it."""
        producer = self._producer
        if producer is None or not (news := self._news(rows, now())):
            return
        try:
            await asyncio.wait_for(self._send(producer, news), WITHIN.total_seconds())
        except (KafkaError, TimeoutError) as error:
            log.warning("%s findings were stored and not told: %s", len(news), error or "Kafka was too slow")

    async def _send(self, producer: AIOKafkaProducer, news: Sequence[FindingRow]) -> None:
        topic = self._settings.findings_topic
        sent = [await producer.send(topic, msgspec.json.encode(row), row.visitor.encode()) for row in news]
        await asyncio.gather(*sent)

    def _news(self, rows: Sequence[FindingRow], moment: Millis) -> list[FindingRow]:
        news = []
        for row in rows:
            if row.is_deleted:
                if row.id in self._told:
                    del self._told[row.id]
                    news.append(row)
            elif row.id not in self._told and moment - row.occurred_at <= RECENT_MS:
                self._told[row.id] = None
                news.append(row)
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return news
