"""The publisher against a real Kafka: the topic it makes, and an outage it comes back from."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import OFFSET_BEGINNING, Consumer
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource
from confluent_kafka.admin._resource import ResourceType

from services.edges.kafka import Publisher
from services.edges.record_batch import NotAccepted
from services.edges.topics import ensure_topics
from services.settings import Settings
from tests.kafka_server import KafkaServer

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def publishing(settings: Settings) -> AsyncIterator[Publisher]:
    publisher = Publisher(settings)
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


@pytest.fixture
def kafka_of_our_own(kafka_server: KafkaServer, tmp_path: Path) -> Iterator[KafkaServer]:
    """A broker that may be killed; asking for the shared one skips where there is no Java."""
    server = KafkaServer(tmp_path)
    server.start()
    yield server
    server.stop()


async def read(address: str, topic: str, partitions: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        values: list[bytes] = []
        async with asyncio.timeout(20):
            while sum([await consumer.position(place) for place in places]) < sum(ends.values()):
                fetched = await consumer.getmany(timeout_ms=500)
                values += [record.value for records in fetched.values() for record in records]
        return values


async def test_missing_topics_are_made_with_as_many_partitions_as_asked_for(kafka_server: KafkaServer) -> None:
    settings = Settings(kafka=kafka_server.address, topic="made", partitions=3)

    async with publishing(settings) as publisher:
        positions = await publisher.publish([(b"%d" % number, b"{}") for number in range(100)])

    topics = AdminClient({"bootstrap.servers": kafka_server.address}).list_topics().topics
    assert [len(topics[name].partitions) for name in ("made", "refused_made")] == [3, 3]
    assert {partition for partition, _ in positions} == {0, 1, 2}


async def test_a_topic_that_is_there_keeps_its_partitions(kafka_server: KafkaServer) -> None:
    kafka_server.create_topic("there", 5)

    async with publishing(Settings(kafka=kafka_server.address, topic="there", partitions=2)) as publisher:
        positions = await publisher.publish([(b"%d" % number, b"{}") for number in range(100)])

    assert len(positions) == 5


async def test_java_and_librdkafka_read_the_batches_we_write(kafka_server: KafkaServer) -> None:
    sent = [
        (b"visitor-%d" % (number % 7), b'{"number":%d,"text":"%b"}' % (number, b"x" * number)) for number in range(700)
    ]

    async with publishing(Settings(kafka=kafka_server.address, topic="ours", partitions=1)) as publisher:
        await asyncio.gather(*(publisher.publish(sent[first : first + 50]) for first in range(0, len(sent), 50)))

    segment = kafka_server.folder / "log" / "ours-0" / "00000000000000000000.log"
    dump = ("kafka.tools.DumpLogSegments", "--deep-iteration", "--print-data-log", "--files", str(segment))
    read_by_java = await asyncio.to_thread(subprocess.check_output, kafka_server.java(*dump))
    assert re.findall(rb"key: (\S+) payload: (.*)", read_by_java) == sent
    assert b"compresscodec: zstd" in read_by_java
    assert b"isvalid: false" not in read_by_java
    assert await asyncio.to_thread(read_by_librdkafka, kafka_server.address, "ours", len(sent)) == sent


def read_by_librdkafka(address: str, topic: str, count: int) -> list[tuple[bytes, bytes]]:
    consumer = Consumer({"bootstrap.servers": address, "group.id": "reader", "check.crcs": True})
    try:
        consumer.assign([Place(topic, 0, OFFSET_BEGINNING)])
        messages = consumer.consume(count, timeout=60)
        return [(message.key() or b"", message.value() or b"") for message in messages]
    finally:
        consumer.close()


async def test_an_outage_is_answered_and_survived_without_a_loss(kafka_of_our_own: KafkaServer) -> None:
    settings = Settings(kafka=kafka_of_our_own.address, partitions=2)
    accepted: list[bytes] = []
    refused = 0

    async def send(publisher: Publisher, number: int) -> None:
        nonlocal refused
        value = b'{"n":%d}' % number
        try:
            async with asyncio.timeout(2):
                await publisher.publish([(b"%d" % number, value)])
        except (NotAccepted, TimeoutError):
            refused += 1
        else:
            accepted.append(value)

    async with publishing(settings) as publisher:
        for number in range(50):
            await send(publisher, number)
        await asyncio.to_thread(kafka_of_our_own.kill)
        for number in range(50, 55):
            await send(publisher, number)
        in_outage = len(accepted)
        await asyncio.to_thread(kafka_of_our_own.start)
        async with asyncio.timeout(60):
            number = 55
            while len(accepted) < 100:
                await send(publisher, number)
                number += 1
                await asyncio.sleep(0.05)

    assert (in_outage, refused >= 5) == (50, True)
    stored = await read(kafka_of_our_own.address, "events", 2)
    assert set(accepted) <= set(stored)
    assert len(stored) == len(set(stored))


async def test_a_topic_for_the_moment_keeps_an_hour_and_the_others_what_the_broker_says(
    kafka_server: KafkaServer,
) -> None:
    settings = Settings(kafka=kafka_server.address)

    ensure_topics(settings, ["kept", "passing"], brief=["passing"])

    asked = [ConfigResource(ResourceType.TOPIC, name) for name in ("kept", "passing")]
    asking = AdminClient({"bootstrap.servers": kafka_server.address})
    told = asking.describe_configs(asked)
    kept, passing = (told[one].result(timeout=30) for one in asked)
    assert (passing["retention.ms"].value, passing["segment.ms"].value) == ("3600000", "600000")
    assert kept["retention.ms"].value == "604800000"
