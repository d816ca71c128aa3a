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
from services.edges.express import Express, Prepared
from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.ingest.app import IngestApp, create_app
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


class Passenger:
    """Stands in for a connection: holds what becomes of one request, nothing where it is given back."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def answer_whole(self, answer: Prepared) -> None:
        self.answer.set_result(answer.status + answer.rest)

    def take_ordinarily(self, data: bytes) -> None:
        self.answer.set_result(b"")


class ByExpress(httpx.ASGITransport):
    """Sends requests as a server's connection hands them over: together with others where it can be."""

    def __init__(self, app: IngestApp) -> None:
        super().__init__(app)
        self._express = Express(app.together, gather_seconds=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        head = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        head += [b"%b: %b" % header for header in request.headers.raw]
        passenger = Passenger()
        data = b"\r\n".join([*head, b"", b""]) + await request.aread()
        if self._express.board(passenger, "127.0.0.1", data, asyncio.get_running_loop()):
            answer = await passenger.answer
            if answer:
                return response_of(answer)
        return await super().handle_async_request(request)


def response_of(answer: bytes) -> httpx.Response:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)


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
        async with httpx.AsyncClient(transport=ByExpress(app), base_url="http://ingest") as client:
            yield Installation(settings, keyring, publisher, client, key)
    finally:
        await publisher.stop()


@pytest_asyncio.fixture
async def ingest(broker: Broker, tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(broker, tmp_path) as installation:
        yield installation
