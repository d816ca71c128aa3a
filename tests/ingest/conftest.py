"""The real app against a broker in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.core.event import Event
from services.core.key import Kind, Right
from services.edges.broker import Broker
from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.ingest.app import create_app
from services.settings import Settings

PARTITIONS = 4


@dataclass(frozen=True)
class Installation:
    """A running ingest, a client that talks to it, and a look at what it wrote."""

    settings: Settings
    keyring: Keyring
    publisher: Publisher
    client: httpx.AsyncClient
    key: str

    async def send(self, *calls: Any, **batch: Any) -> httpx.Response:
        return await self.client.post("/v1/batch", json={"batch": list(calls), **batch}, auth=(self.key, ""))

    async def records(self, count: int, topic: str = "events") -> list[bytes]:
        """The values of a topic; fails where there are more or fewer."""
        values = await read_topic(self.settings.kafka, topic)
        assert len(values) == count
        return values

    async def events(self, count: int) -> list[Event]:
        return [msgspec.json.decode(value, type=Event) for value in await self.records(count)]


async def read_topic(address: str, topic: str) -> list[bytes]:
    """All values that are on a topic now."""
    async with AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        consumer.assign(places)
        expected = sum((await consumer.end_offsets(places)).values())
        values: list[bytes] = []
        async with asyncio.timeout(10):
            while len(values) < expected:
                fetched = await consumer.getmany(timeout_ms=200)
                values += [record.value for records in fetched.values() for record in records]
        return values


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as running:
        yield running


@asynccontextmanager
async def installed(broker: Broker, folder: Path, **how: Any) -> AsyncIterator[Installation]:
    settings = Settings(kafka=broker.address, **how)
    keyring = Keyring(folder / "keys.json")
    key = keyring.create(Kind.WRITE, "shop", [Right.HISTORICAL])
    publisher = Publisher(settings)
    await publisher.start()
    app = create_app(settings, keyring, publisher)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
            yield Installation(settings, keyring, publisher, client, key)
    finally:
        await publisher.stop()


@pytest_asyncio.fixture
async def ingest(broker: Broker, tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(broker, tmp_path) as installation:
        yield installation
