"""The bulk transport, on the broker in the process and on a real Kafka alike."""

import asyncio
import hashlib
import inspect
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import ConsumerRecord
from aiokafka.consumer.fetcher import Fetcher, FetchResult, OffsetResetStrategy, PartitionRecords
from confluent_kafka import Consumer as PlainConsumer
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from faust.tables.recovery import Recovery
from faust.transport import consumer as stock
from faust.transport.drivers import aiokafka as driver

from services.edges.broker import Broker
from services.edges.faust_transport import LogTruncated
from tests.edges.reading import Reader, produce, until
from tests.kafka_server import KafkaServer

pytestmark = pytest.mark.asyncio


Workers = list[asyncio.subprocess.Process]


class Topic:
    """A fresh topic with four partitions."""

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        self.name = name

    def produce(self, values: list[bytes], partition: int | None = None) -> None:
        produce(self.address, self.name, values, partition)

    def committed(self, group: str, partition: int) -> int:
        consumer = PlainConsumer({"bootstrap.servers": self.address, "group.id": group, "log_level": 0})
        [answer] = consumer.committed([TopicPartition(self.name, partition)], timeout=10)
        consumer.close()
        return int(answer.offset)


@pytest.fixture
def in_process(request: pytest.FixtureRequest) -> Any:
    with Broker() as broker:
        name = request.node.originalname
        broker.create_topic(name)
        yield Topic(broker.address, name)


@pytest.fixture
def on_kafka(request: pytest.FixtureRequest, kafka_server: KafkaServer) -> Topic:
    name = request.node.originalname
    kafka_server.create_topic(name, 4)
    return Topic(kafka_server.address, name)


@pytest.fixture(params=["in_process", "on_kafka"])
def topic(request: pytest.FixtureRequest) -> Topic:
    found: Topic = request.getfixturevalue(request.param)
    return found


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[Workers]:
    """Processes that are gone after the test, however it ends."""
    started: Workers = []
    yield started
    for worker in started:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


async def test_every_record_comes_once_and_in_order(topic: Topic) -> None:
    topic.produce([b"%d" % number for number in range(5_000)])

    async with Reader(topic.address, topic.name) as reader:
        await until(lambda: len(reader.values) >= 5_000)
        topic.produce([b"%d" % number for number in range(5_000, 6_000)])
        await until(lambda: len(reader.values) >= 6_000)

    assert sorted(map(int, reader.values)) == list(range(6_000))
    for partition in range(4):
        assert reader.offsets(partition) == list(range(1_500))


async def test_a_fetch_is_one_message_with_the_offset_of_its_last_record(topic: Topic) -> None:
    topic.produce([b"%d" % number for number in range(400)], partition=2)

    async with Reader(topic.address, topic.name) as reader:
        await until(lambda: len(reader.values) == 400)

    assert len(reader.fetches) < 40
    assert all(fetch.message.offset == fetch.value[-1].offset for fetch in reader.fetches)


async def test_a_record_is_handed_over_as_it_was_decoded_and_not_copied(topic: Topic) -> None:
    topic.produce([b"one", b"two"], partition=3)

    async with Reader(topic.address, topic.name) as reader:
        await until(lambda: len(reader.values) == 2)

    assert not any(isinstance(record, ConsumerRecord) for record in reader.records)
    assert [(record.offset, record.value) for record in reader.records] == [(0, b"one"), (1, b"two")]


async def test_reading_starts_at_the_position_and_not_at_the_committed_offset(topic: Topic) -> None:
    topic.produce([b"%d" % number for number in range(100)], partition=0)
    async with Reader(topic.address, topic.name) as first:
        await until(lambda: len(first.values) == 100)
    assert topic.committed("readers", 0) == 100

    async with Reader(topic.address, topic.name, starts={0: 40}) as second:
        await until(lambda: len(second.values) >= 60)
        await until(lambda: topic.committed("readers", 0) == 100)

    assert second.offsets(0) == list(range(40, 100))


async def test_a_seek_does_not_lose_the_next_record(topic: Topic) -> None:
    topic.produce([b"%d" % number for number in range(50)], partition=1)

    async with Reader(topic.address, topic.name, starts={1: 50}) as reader:
        topic.produce([b"next"], partition=1)
        await until(lambda: reader.values)

    assert reader.offsets(1) == [50]


async def test_a_position_that_is_just_being_sought_crashes_nobody(topic: Topic) -> None:
    topic.produce([b"one"], partition=0)

    async with Reader(topic.address, topic.name) as reader:
        await until(lambda: reader.values)
        subscription = reader.consumer._thread._ensure_consumer()._subscription.subscription
        for tp in subscription.assignment.tps:
            subscription.assignment.state_value(tp).await_reset(OffsetResetStrategy.EARLIEST)
        await reader.consumer.verify_all_partitions_active()  # Faust does so every few seconds


async def test_what_was_fetched_and_not_delivered_is_fetched_again(topic: Topic) -> None:
    async with Reader(topic.address, topic.name) as reader:
        topic.produce([b"%d" % number for number in range(10)], partition=0)
        await until(lambda: len(reader.values) == 10)

        # The consumer moves on, as after a fetch whose task was cancelled before it could deliver.
        [tp] = [tp for tp in reader.consumer.assignment() if tp.partition == 0]
        reader.consumer.pause_partitions([tp])
        topic.produce([b"%d" % number for number in range(10, 30)], partition=0)
        await reader.consumer.seek_wait({tp: 20})
        reader.consumer.resume_partitions([tp])
        await until(lambda: len(reader.values) >= 30)

    assert reader.offsets(0) == list(range(30))


async def test_what_was_delivered_is_not_delivered_again(topic: Topic) -> None:
    async with Reader(topic.address, topic.name) as reader:
        topic.produce([b"%d" % number for number in range(10)], partition=0)
        await until(lambda: len(reader.values) == 10)

        [tp] = [tp for tp in reader.consumer.assignment() if tp.partition == 0]
        reader.consumer.pause_partitions([tp])
        topic.produce([b"%d" % number for number in range(10, 20)], partition=0)
        await reader.consumer.seek_wait({tp: 5})
        reader.consumer.resume_partitions([tp])
        await until(lambda: reader.offsets(0)[-1] == 19)

    assert reader.offsets(0) == list(range(20))


async def test_nothing_is_committed_before_it_is_acknowledged_in_the_order_of_delivery(topic: Topic) -> None:
    async with Reader(topic.address, topic.name) as reader:
        reader.acknowledging = False
        for batch in range(3):
            topic.produce([b"%d" % batch] * 10, partition=3)
            await until(lambda batch=batch: len(reader.values) == 10 * (batch + 1))  # type: ignore[misc]
        first, *_, last = reader.fetches

        last.ack()
        await reader.consumer.commit()
        assert topic.committed("readers", 3) < 0

        first.ack()
        await reader.consumer.commit()
        assert topic.committed("readers", 3) == first.message.offset + 1

        for fetch in reader.fetches[1:-1]:
            fetch.ack()
        await reader.consumer.commit()
        assert topic.committed("readers", 3) == 30


async def test_a_slow_agent_holds_the_reader_up_and_loses_nothing(topic: Topic) -> None:
    gate = asyncio.Event()

    class Slow(Reader):
        async def _read(self, stream: Any) -> None:
            async for fetch in stream.noack().events():
                await gate.wait()
                self.fetches.append(fetch)

    topic.produce([b"%d" % number for number in range(4_000)])
    async with Slow(topic.address, topic.name) as reader:
        await until(lambda: reader.consumer._delivered)
        await asyncio.sleep(0.2)
        held = sum(map(len, reader.consumer._delivered.values()))
        gate.set()
        await until(lambda: len(reader.values) == 4_000)

    assert held <= 6  # the queue's four, one in the agent's hands, one waiting to get in
    assert sorted(map(int, reader.values)) == list(range(4_000))


async def test_a_real_gap_in_the_log_is_stepped_over_and_said(
    on_kafka: Topic, caplog: pytest.LogCaptureFixture
) -> None:
    on_kafka.produce([b"%d" % number for number in range(100)], partition=0)
    admin = AdminClient({"bootstrap.servers": on_kafka.address})
    [deleted] = admin.delete_records([TopicPartition(on_kafka.name, 0, 60)]).values()
    deleted.result()

    async with Reader(on_kafka.address, on_kafka.name, starts={0: 20}) as reader:
        await until(lambda: len(reader.values) >= 40)

    assert reader.offsets(0) == list(range(60, 100))
    assert "Offsets 20 to 59" in caplog.text
    assert "were deleted before they were read: those events are lost" in caplog.text


async def test_a_log_that_ends_before_our_position_stops_the_app(on_kafka: Topic) -> None:
    on_kafka.produce([b"one"], partition=0)
    reader = Reader(on_kafka.address, on_kafka.name, starts={0: 7})

    starting = asyncio.create_task(reader.app.start())
    await until(lambda: reader.app.crashed)
    starting.cancel()
    await reader.app.stop()

    assert isinstance(reader.app.crash_reason, LogTruncated)
    assert "ends at offset 1, but has been applied up to 7" in str(reader.app.crash_reason)


async def test_a_rebalance_gives_each_record_to_one_of_two_workers(
    on_kafka: Topic, tmp_path: Path, workers: Workers
) -> None:
    topic = on_kafka
    topic.produce([b"%d" % number for number in range(2_000)])
    positions = tmp_path / "positions"
    one = await _worker(topic, positions, tmp_path / "one", workers)
    await until(lambda: len(_applied(tmp_path / "one")) == 2_000)

    two = await _worker(topic, positions, tmp_path / "two", workers)
    await until(lambda: _assignments(tmp_path / "two")[-1:] and len(_assignments(tmp_path / "two")[-1]) == 2)
    topic.produce([b"%d" % number for number in range(2_000, 4_000)])
    await until(lambda: len(_applied(tmp_path / "one") + _applied(tmp_path / "two")) >= 4_000)
    one.terminate()
    assert await one.wait() == 0
    await until(lambda: len(_assignments(tmp_path / "two")[-1]) == 4)
    topic.produce([b"%d" % number for number in range(4_000, 5_000)])
    await until(lambda: len(_applied(tmp_path / "one") + _applied(tmp_path / "two")) >= 5_000)
    two.terminate()
    assert await two.wait() == 0

    assert sorted(_applied(tmp_path / "one") + _applied(tmp_path / "two")) == list(range(5_000))


async def _worker(topic: Topic, positions: Path, journal: Path, workers: Workers) -> asyncio.subprocess.Process:
    command = [
        sys.executable,
        "-m",
        "tests.edges.reading_process",
        topic.address,
        topic.name,
        str(positions),
        str(journal),
    ]
    workers.append(await asyncio.create_subprocess_exec(*command))
    return workers[-1]


def _lines(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []


def _applied(journal: Path) -> list[int]:
    return [number for line in _lines(journal) for number in line.get("applied", [])]


def _assignments(journal: Path) -> list[list[int]]:
    return [line["assigned"] for line in _lines(journal) if "assigned" in line]


async def test_faust_and_aiokafka_have_not_changed_what_the_transport_overrides_or_relies_on() -> None:
    relied_on: list[Callable[..., Any]] = [
        driver.AIOKafkaConsumerThread._commit,
        driver.AIOKafkaConsumerThread._create_worker_consumer,
        driver.AIOKafkaConsumerThread._fetch_records,
        driver.AIOKafkaConsumerThread._seek_wait,
        driver.Consumer._new_consumer_thread,
        driver.Consumer._to_message,
        stock.Consumer.ack,
        stock.Consumer._drain_messages,
        stock.Consumer._filter_tps_with_pending_acks,
        stock.Consumer._new_offset,
        stock.Consumer._should_commit,
        stock.Consumer._wait_next_records,
        stock.Consumer.getmany,
        stock.Consumer.on_buffer_full,
        stock.Consumer.on_partitions_revoked,
        stock.Consumer.perform_seek,
        Recovery._resume_streams,
        Fetcher._proc_fetch_request,
        Fetcher.fetched_records,
        FetchResult.getall,
        PartitionRecords.__init__,
        PartitionRecords._unpack_records,
    ]

    changed = {
        method.__qualname__: digest
        for method in relied_on
        if (digest := _digest(method)) != DIGESTS.get(method.__qualname__)
    }

    assert not changed, (
        "read these again, then services/edges/faust_transport.py and bare_records.py, then note the new digests: "
        f"{changed}"
    )


def _digest(method: Callable[..., Any]) -> str:
    return hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:16]


DIGESTS = {
    "FetchResult.getall": "3e717e30de5068d5",
    "Fetcher._proc_fetch_request": "59bf948fff47eed5",
    "Fetcher.fetched_records": "be4348896b9b66af",
    "PartitionRecords.__init__": "8ec1c2ae6ea1af87",
    "PartitionRecords._unpack_records": "b803e6d46480732c",
    "AIOKafkaConsumerThread._commit": "932852ce7a23f658",
    "AIOKafkaConsumerThread._create_worker_consumer": "c2701bfc3e6f6cad",
    "AIOKafkaConsumerThread._fetch_records": "39a2c6c79fc1455a",
    "AIOKafkaConsumerThread._seek_wait": "9d221e816d940467",
    "Consumer._new_consumer_thread": "0870ec53dea75083",
    "Consumer._to_message": "7c24f6511b2fcef7",
    "Consumer.ack": "5fcf41cf45153475",
    "Consumer._drain_messages": "44a2500309e83c63",
    "Consumer._filter_tps_with_pending_acks": "f6f9239774234e7e",
    "Consumer._new_offset": "1d2c7ea89a7ad4f1",
    "Consumer._should_commit": "5ce941793947ad42",
    "Consumer._wait_next_records": "6218e1969a636b3f",
    "Consumer.getmany": "4b168d84882a70d6",
    "Consumer.on_buffer_full": "c8961679e0bcdce5",
    "Consumer.on_partitions_revoked": "d04b7ae72c6fc206",
    "Consumer.perform_seek": "0e8c130ff4b0afd8",
    "Recovery._resume_streams": "d986a6710c1aca98",
}
