"""The publisher against a broker in this process: what was handed over is on the topic, or was not accepted."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.core.key_hash import key_hash
from services.edges import kafka
from services.edges.broker import PARTITION_BYTES, Broker
from services.edges.kafka import Publisher
from services.edges.record_batch import KafkaAway, NotAccepted, Overloaded
from services.edges.topics import KafkaUnreachable
from services.settings import Settings

pytestmark = pytest.mark.asyncio

PARTITIONS = 4


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as running:
        yield running


@asynccontextmanager
async def publishing(broker: Broker, **how: Any) -> AsyncIterator[Publisher]:
    bounds = {name: how.pop(name) for name in ("partition_bytes", "stored") if name in how}
    publisher = Publisher(Settings(kafka=broker.address, **how), **bounds)
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


async def read(broker: Broker, count: int, topic: str = "events") -> list[tuple[int, int, bytes, bytes]]:
    """(partition, offset, key, value) of the first `count` records."""
    async with AIOKafkaConsumer(bootstrap_servers=broker.address, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
        records: list[tuple[int, int, bytes, bytes]] = []
        async with asyncio.timeout(10):
            while len(records) < count:
                fetched = await consumer.getmany(timeout_ms=200)
                records += [
                    (one.partition, one.offset, one.key, one.value) for some in fetched.values() for one in some
                ]
        return records


async def test_what_was_published_is_on_the_topic_once_and_in_order(broker: Broker) -> None:
    sent = [(b"visitor-%d" % (number % 50), b'{"n":%d}' % number) for number in range(3000)]

    async with publishing(broker) as publisher:
        positions = await publisher.publish(sent)

    stored = await read(broker, len(sent))
    assert sorted(value for *_, value in stored) == sorted(value for _, value in sent)
    for visitor in {key for key, _ in sent}:
        own = [value for _, _, key, value in sorted(stored) if key == visitor]
        assert own == [value for key, value in sent if key == visitor]
    last = {partition: max(offset for p, offset, *_ in stored if p == partition) for partition in range(PARTITIONS)}
    assert {partition: max(o for p, o in positions if p == partition) for partition, _ in positions} == last


@pytest.mark.parametrize(
    ("key", "murmur2"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536), (b"abc", 479470107)],
)
async def test_a_key_goes_to_the_partition_that_javas_client_would_choose(
    broker: Broker, key: bytes, murmur2: int
) -> None:
    async with publishing(broker) as publisher:
        [(partition, _)] = await publisher.publish([(key, b"{}")])

    assert partition == (murmur2 & 0x7FFFFFFF) % PARTITIONS


async def test_a_visitor_goes_to_the_partition_where_the_core_looks_for_it(broker: Broker) -> None:
    visitors = [f"visitor-{number}" for number in range(20)]

    async with publishing(broker) as publisher:
        for visitor in visitors:
            [(partition, _)] = await publisher.publish([(visitor.encode(), b"{}")])
            assert partition == key_hash(visitor) % PARTITIONS


async def test_requests_at_the_same_time_share_batches(broker: Broker) -> None:
    async with publishing(broker, batch_wait=timedelta(milliseconds=100)) as publisher:
        first, second = publisher.publish([(b"a", b"1")]), publisher.publish([(b"a", b"2")])

        assert await first == await second


async def test_a_batch_grows_while_another_of_its_partition_is_under_way(broker: Broker) -> None:
    async with publishing(broker, batch_wait=timedelta(milliseconds=1)) as publisher, asyncio.timeout(60):
        waiting = [publisher.publish([(b"a", b"0")])]
        publisher._flush_open()
        for number in range(1, 6):
            waiting.append(publisher.publish([(b"a", b"%d" % number)]))
            publisher._flush_open()
        first, *others = await asyncio.gather(*waiting)

    assert {tuple(positions) for positions in others} == {((first[0][0], 5),)}
    assert [value for *_, value in await read(broker, 6)] == [b"%d" % number for number in range(6)]


async def test_a_full_batch_does_not_wait_for_the_clock(broker: Broker) -> None:
    async with publishing(broker, batch_wait=timedelta(hours=1), batch_events=3) as publisher:
        async with asyncio.timeout(5):
            await publisher.publish([(b"a", b"1"), (b"a", b"2"), (b"a", b"3")])


async def test_stopping_drains_what_waits(broker: Broker) -> None:
    async with publishing(broker, batch_wait=timedelta(hours=1)) as publisher:
        waiting = publisher.publish([(b"a", b"1")])

    assert [value for *_, value in await read(broker, 1)] == [b"1"]
    assert len(await waiting) == 1


async def test_a_broadcast_reaches_every_partition_once(broker: Broker) -> None:
    async with publishing(broker) as publisher:
        positions = await publisher.broadcast(b"end")

    assert sorted(partition for partition, _ in positions) == list(range(PARTITIONS))
    assert [value for *_, value in await read(broker, PARTITIONS)] == [b"end"] * PARTITIONS


async def test_more_than_the_buffer_holds_is_refused_as_a_whole(broker: Broker) -> None:
    async with publishing(broker, buffer_bytes=100) as publisher:
        with pytest.raises(Overloaded) as refused:
            publisher.publish([(b"a", b"x" * 60), (b"b", b"x" * 60)])
        await publisher.publish([(b"c", b"y" * 90)])

    assert refused.value.retry_after > 0
    assert [value for *_, value in await read(broker, 1)] == [b"y" * 90]


async def test_the_buffer_is_free_again_once_all_is_acknowledged(broker: Broker) -> None:
    async with publishing(broker, buffer_bytes=100) as publisher:
        for _ in range(3):
            await publisher.publish([(b"a", b"x" * 90)])

    assert len(await read(broker, 3)) == 3


async def test_with_stored_a_record_is_safe_only_when_it_is_stored(broker: Broker) -> None:
    asked: list[tuple[int, int]] = []
    called, written = asyncio.Event(), asyncio.Event()

    async def stored(partition: int, offset: int) -> None:
        asked.append((partition, offset))
        called.set()
        await written.wait()

    async with publishing(broker, stored={"events": stored}) as publisher, asyncio.timeout(5):
        waiting = publisher.publish([(b"a", b"1")])
        await called.wait()
        assert not waiting.done()
        written.set()

        assert await waiting == asked


async def test_a_partition_takes_no_more_than_may_wait_to_be_stored(broker: Broker) -> None:
    written = asyncio.Event()

    async def stored(partition: int, offset: int) -> None:
        await written.wait()

    async with publishing(broker, stored={"events": stored}, partition_bytes=100) as publisher:
        waiting = publisher.publish([(b"a", b"x" * 80)])
        with pytest.raises(Overloaded, match="partition"):
            publisher.publish([(b"a", b"x" * 80)])
        elsewhere = publisher.publish([(b"abc", b"x" * 80)])
        written.set()
        await waiting
        await elsewhere

        await publisher.publish([(b"a", b"x" * 80)])


@pytest.mark.parametrize("size", [80, 32 * 1024], ids=["many small ones", "few large ones"])
async def test_the_broker_in_this_process_forgets_nothing_of_what_may_wait_in_it(broker: Broker, size: int) -> None:
    written, taken = asyncio.Event(), 0
    drawn = Random(size)

    async def stored(partition: int, offset: int) -> None:
        await written.wait()

    bounds = {"stored": {"events": stored}, "partition_bytes": PARTITION_BYTES}
    async with publishing(broker, buffer_bytes=10 * PARTITION_BYTES, **bounds) as publisher:
        with suppress(Overloaded):
            while True:
                values = [drawn.randbytes(size) for _ in range(10)]  # one again and again would shrink
                publisher.publish([(b"a visitor with a long name, as they are", value) for value in values])
                taken += 10
                await asyncio.sleep(0)
        kept = await read(broker, taken)
        written.set()

    assert taken > 0.9 * PARTITION_BYTES / size
    assert [offset for _, offset, _, _ in kept] == list(range(taken))


async def test_nothing_is_accepted_while_kafka_acknowledges_nothing(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "STALLED_SECONDS", 0.2)
    monkeypatch.setattr(kafka, "STOP_SECONDS", 0.5)
    async with publishing(broker) as publisher:
        await publisher.publish([(b"a", b"1")])
        assert publisher.problem == ""
        broker.close()

        lost = publisher.publish([(b"a", b"2")])
        async with asyncio.timeout(5):
            while not publisher.problem:  # noqa: ASYNC110 (it is a question of the clock: nobody sets an event)
                await asyncio.sleep(0.02)

        assert broker.address in publisher.problem
        with pytest.raises(KafkaAway):
            publisher.publish([(b"a", b"3")])
        assert not lost.done() or isinstance(lost.exception(), NotAccepted)


async def test_an_unreachable_kafka_is_named_at_start_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.edges.topics.REACH_SECONDS", 0.3)

    with pytest.raises(KafkaUnreachable, match=r"Kafka at 127\.0\.0\.1:1 could not be reached .*DESIRELINE_KAFKA"):
        await Publisher(Settings(kafka="127.0.0.1:1")).start()
