"""A reader on the bulk transport for tests: one agent that keeps what it is given and acknowledges when told to."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import faust
from confluent_kafka import Producer
from faust.types import TP
from yarl import URL

from services.edges.faust_transport import Fetch, Transport

WITHIN = 60.0


class App(faust.App):
    """A Faust app that makes no folders."""

    async def on_first_start(self) -> None:
        return


class Reader:
    """Reads a topic in a group from given offsets on; its positions are what it was given."""

    def __init__(
        self, address: str, topic: str, group: str = "readers", starts: Mapping[int, int] | None = None
    ) -> None:
        self.topic = topic
        self.starts = dict(starts or {})
        self.fetches: list[Any] = []  # Faust events; their type says that a value is bytes
        self.taken: list[set[TP]] = []
        self.let_go_of: list[set[TP]] = []
        self.acknowledging = True
        urls = [URL(f"kafka://{address}")]
        self.app = App(
            group,
            broker=urls,
            broker_session_timeout=10.0,
            broker_heartbeat_interval=0.3,
            broker_commit_interval=0.1,
            broker_max_poll_records=100,
            stream_buffer_maxsize=4,
            stream_wait_empty=False,
            consumer_auto_offset_reset="earliest",
            store="memory://",
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
        )
        self.app.transport = Transport(urls, self.app, self, fetch_wait_ms=20)
        self.app.agent(self.app.topic(topic, schema=Fetch()), concurrency=1)(self._read)

    async def _read(self, stream: Any) -> None:
        async for fetch in stream.noack().events():
            self.fetches.append(fetch)
            if self.acknowledging:
                fetch.ack()

    async def take_on(self, partitions: set[TP], count: int) -> Mapping[TP, int]:
        assert count > max(tp.partition for tp in partitions)
        self.taken.append(partitions)
        return {tp: self.starts.get(tp.partition, 0) for tp in partitions}

    async def let_go(self, partitions: set[TP]) -> None:
        self.let_go_of.append(partitions)
        for fetch in self.fetches:
            self.starts[fetch.message.partition] = fetch.message.offset + 1

    @property
    def consumer(self) -> Any:
        return self.app.consumer

    @property
    def records(self) -> list[Any]:
        return [record for fetch in self.fetches for record in fetch.value]

    @property
    def values(self) -> list[bytes]:
        return [record.value for record in self.records]

    def offsets(self, partition: int) -> list[int]:
        of = (fetch for fetch in self.fetches if fetch.message.partition == partition)
        return [record.offset for fetch in of for record in fetch.value]

    async def __aenter__(self) -> Self:
        await self.app.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.app.stop()


async def until(condition: Callable[[], object], within: float = WITHIN) -> None:
    """Wait for a condition; an assertion names it when the time is over."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.01)


def produce(address: str, topic: str, values: list[bytes], partition: int | None = None) -> None:
    """Send records and wait until the broker has them; without a partition, spread over four."""
    producer = Producer({"bootstrap.servers": address, "log_level": 0, "linger.ms": 5})
    for index, value in enumerate(values):
        producer.produce(topic, value, partition=index % 4 if partition is None else partition)
    assert producer.flush(30) == 0
