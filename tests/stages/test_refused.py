"""From the topic of refused events into the table: nothing lost, nothing twice, and never in the worker's way."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from confluent_kafka import Producer

from services.core.refusal import RefusedEvent
from services.edges.broker import Broker
from services.edges.clickhouse import Store
from services.settings import Settings
from services.stages.refused import RefusedEvents
from tests.edges.reading import until
from tests.stages.memory_store import MemoryStore
from tests.stages.test_worker import Installation, applied, installation, publish, shop_events

__all__ = ["installation"]

TOPIC = "refused_events"


def produce(address: str, numbers: range, topic: str = TOPIC) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0, "linger.ms": 5})
    for number in numbers:
        one = RefusedEvent("shop", "clock", f"number {number}", b'{"\xff', number)
        producer.produce(topic, msgspec.json.encode(one), "shop")
    assert producer.flush(30) == 0


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as running:
        running.create_topic(TOPIC)
        yield running


@asynccontextmanager
async def reading(broker: Broker, store: Store | MemoryStore) -> AsyncIterator[RefusedEvents]:
    events = RefusedEvents(Settings(kafka=broker.address), store, "log", fetch_wait_ms=50)
    events.start()
    yield events
    await events.stop()


def stored(store: Store) -> list[str]:
    rows = store.query("SELECT detail FROM refused_events FINAL ORDER BY toUInt32OrZero(splitByChar(' ', detail)[2])")
    return [row["detail"] for row in rows]


async def test_each_is_stored_once_over_restarts(dsn: str, broker: Broker) -> None:
    store = Store.open(dsn)
    for begin in (0, 40):
        produce(broker.address, range(begin, begin + 40))
        async with reading(broker, store):
            await until(lambda: len(stored(store)) == begin + 40)  # noqa: B023  # awaited within the loop

    assert stored(store) == [f"number {number}" for number in range(80)]
    store.close()


async def test_while_the_database_is_away_nothing_is_said_to_be_stored_and_nothing_is_lost(broker: Broker) -> None:
    store = MemoryStore()
    store.away = True
    produce(broker.address, range(1))

    async with reading(broker, store) as events:
        waiting = [asyncio.ensure_future(events.stored(partition, 0)) for partition in range(4)]
        await until(lambda: store.attempts > 2)
        assert not any(one.done() for one in waiting)
        store.away = False
        await until(lambda: any(one.done() for one in waiting))
        for one in waiting:
            one.cancel()

    assert store.writes == [("refused_events", 1)]


async def test_a_database_that_refuses_is_said_and_tried_again(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.refusing = TOPIC
    produce(broker.address, range(3))

    async with reading(broker, store):
        await until(lambda: "Refused events are not stored at the moment" in caplog.text)
        store.refusing = ""
        await until(lambda: sum(count for _, count in store.writes) == 3)


async def test_a_thread_stuck_in_the_database_does_not_hold_up_the_stop(broker: Broker) -> None:
    store = MemoryStore()
    store.gate.clear()
    produce(broker.address, range(1))

    async with reading(broker, store) as events:
        await until(lambda: store.attempts == 1)

    assert events.busy
    store.gate.set()
    await until(lambda: not events.busy)


async def test_a_worker_stores_what_ingest_refused_beside_its_own_work(installation: Installation) -> None:
    store = Store.open(installation.clickhouse)
    worker = installation.start()
    await until(lambda: "goes on at offset" in installation.log.read_text())

    installation.publish(shop_events(visitors=3, each=1))
    produce(installation.kafka, range(50), f"refused_{installation.topic}")

    await until(lambda: len(stored(store)) == 50 and applied(store) == 3)
    worker.terminate()
    assert worker.wait(timeout=60) == 0
    store.close()


def poison(address: str, topic: str, count: int) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0})
    for _ in range(count):
        producer.produce(topic, b"no event", partition=0)
    assert producer.flush(30) == 0


async def test_a_poisoned_minute_stops_the_worker_before_anything_of_it_is_stored(installation: Installation) -> None:
    store = Store.open(installation.clickhouse)
    publish(installation.kafka, installation.topic, shop_events(visitors=20, each=1))
    poison(installation.kafka, installation.topic, 200)

    for _ in range(2):  # a restart meets the same and stops again
        assert installation.start().wait(timeout=60) == 1
        [kept] = store.query("SELECT max(next_offset) AS offset FROM positions FINAL WHERE partition = 0")
        assert kept["offset"] < 200
        assert stored(store) == []
    said = installation.log.read_text()
    assert "The stages worker stops." in said
    assert "DESIRELINE_MOST_REFUSED_SHARE=1" in said

    worker = installation.start(DESIRELINE_MOST_REFUSED_SHARE="1")
    await until(lambda: len(stored(store)) == 200 and applied(store) == 220)
    worker.terminate()
    assert worker.wait(timeout=60) == 0
    store.close()
