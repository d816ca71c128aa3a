"""A stages worker as it runs: a process on a real Kafka, or in the loop of another service."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Producer
from prometheus_client import REGISTRY

from services.core.event import Event, Millis
from services.core.key_hash import key_hash
from services.edges.broker import Broker
from services.edges.clickhouse import Store
from services.settings import Settings
from services.stages.app import create_app
from tests.core.build import START, event, pipeline, shop
from tests.core.build import Record as Line
from tests.edges.reading import until
from tests.kafka_server import KafkaServer, free_port

NAMES = ["view", "add", "checkout", "page /checkout/payment", "buy", "view"]
PARTITIONS = 4


def shop_events(visitors: int, each: int, minutes_ago: int = 10) -> list[Event]:
    """Events of many visitors, taking turns."""
    first = int(time.time() - minutes_ago * 60 - START / 1000)
    return [
        event(
            f"{first + turn * 7}.{visitor % 10} {NAMES[(turn + visitor) % 6]}",
            f"visitor {visitor}",
            id=f"{visitor}/{turn}",
        )
        for turn in range(each)
        for visitor in range(visitors)
    ]


def publish(address: str, topic: str, events: list[Event], partitions: int = PARTITIONS) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0, "linger.ms": 5})
    for one in events:
        partition = key_hash(one.visitor) % partitions
        producer.produce(topic, msgspec.json.encode(one), one.visitor, partition)
    assert producer.flush(30) == 0


def publish_bytes(address: str, topic: str, values: list[bytes]) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0})
    for value in values:
        producer.produce(topic, value, "somebody", 0)
    assert producer.flush(30) == 0


def sessions_of(events: list[Event]) -> list[tuple[str, int, str, str]]:
    """What sessions there must be: one pipeline, fed everything at once."""
    fed = pipeline()
    fed.feed(0, [Line(offset, msgspec.json.encode(one)) for offset, one in enumerate(events)], Millis(0))
    return sorted((row.id, row.events, row.stage, row.state) for row in fed.take().sessions)


def stored_sessions(store: Store) -> list[tuple[str, int, str, str]]:
    rows = store.query("SELECT id, events, stage, state FROM sessions FINAL ORDER BY id")
    return [(row["id"], row["events"], row["stage"], row["state"]) for row in rows]


def applied(store: Store) -> int:
    [row] = store.query("SELECT sum(next_offset) AS records FROM positions FINAL")
    return int(row["records"])


class Installation:
    """A topic and a database, and the workers between them."""

    def __init__(self, kafka: str, topic: str, clickhouse: str, folder: Path) -> None:
        self.kafka = kafka
        self.topic = topic
        self.clickhouse = clickhouse
        self.log = folder / "worker.log"
        self.processes: list[subprocess.Popen[bytes]] = []

    def publish(self, events: list[Event], partitions: int = PARTITIONS) -> None:
        publish(self.kafka, self.topic, events, partitions)

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        given = {
            "DESIRELINE_KAFKA": self.kafka,
            "DESIRELINE_CLICKHOUSE": self.clickhouse,
            "DESIRELINE_TOPIC": self.topic,
            "DESIRELINE_GROUP": self.topic,
            "DESIRELINE_WORKER": "one",
            "DESIRELINE_PARTITIONS": str(PARTITIONS),
        }
        return self.start_process("tests.stages.worker", **(given | environment))

    def start_process(self, *module: str, **environment: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", *module]
            process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
        self.processes.append(process)
        return process


@pytest.fixture
def installation(
    request: pytest.FixtureRequest, kafka_server: KafkaServer, clickhouse_url: str, tmp_path: Path
) -> Iterator[Installation]:
    name = request.node.name.replace("[", "_").replace("]", "")[-60:]
    kafka_server.create_topic(name, PARTITIONS)
    made = Installation(kafka_server.address, name, f"{clickhouse_url}/{name}", tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


async def test_a_worker_turns_events_into_sessions_and_lets_go_on_sigterm(installation: Installation) -> None:
    events = shop_events(visitors=300, each=12)
    installation.publish(events)
    store = Store.open(installation.clickhouse)

    worker = installation.start()
    await until(lambda: applied(store) == len(events))
    started = time.monotonic()
    worker.terminate()

    assert worker.wait(timeout=20) == 0
    assert time.monotonic() - started < 10
    assert stored_sessions(store) == sessions_of(events)


CRASH_POINTS = ["after events", "after sessions", "after session_state", "after positions"]


async def test_killed_at_any_crash_point_it_goes_on_exactly_where_it_was(installation: Installation) -> None:
    events = shop_events(visitors=200, each=30)
    store = Store.open(installation.clickhouse)
    share = len(events) // (len(CRASH_POINTS) + 1)

    for number, point in enumerate(CRASH_POINTS):
        installation.publish(events[number * share : (number + 1) * share])
        killed = installation.start(CRASH_AT=f"{point}:1")
        assert killed.wait(timeout=60) == -signal.SIGKILL
    installation.publish(events[len(CRASH_POINTS) * share :])
    worker = installation.start()
    await until(lambda: applied(store) == len(events))
    worker.terminate()

    assert worker.wait(timeout=20) == 0
    assert stored_sessions(store) == sessions_of(events)
    [stored] = store.query("SELECT count() AS rows, uniqExact(id) AS ids FROM events FINAL")
    assert stored == {"rows": len(events), "ids": len(events)}


async def test_a_record_that_the_database_cannot_hold_is_set_aside_and_stops_nobody(installation: Installation) -> None:
    events = shop_events(visitors=20, each=3)
    store = Store.open(installation.clickhouse)
    unheard = msgspec.structs.replace(events[7], id="second", visitor="somebody")
    twice = msgspec.json.encode(unheard).replace(b'{"id":', b'{"id":"first","id":', 1)
    installation.publish(events[:30])
    publish_bytes(installation.kafka, installation.topic, [twice])
    installation.publish(events[30:])

    worker = installation.start()
    await until(lambda: applied(store) == len(events) + 1)
    worker.terminate()

    assert worker.wait(timeout=20) == 0
    [refused] = store.query("SELECT reason, base64Decode(raw) AS raw FROM refused_events FINAL")
    assert (refused["reason"], refused["raw"].encode()) == ("unstorable", twice)
    [stored] = store.query("SELECT uniqExact(id) AS ids FROM events FINAL")
    assert stored["ids"] == len(events)


async def test_with_a_frozen_database_a_worker_still_ends_in_time_and_loses_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    port = free_port()
    installation.clickhouse = f"http://127.0.0.1:{port}/frozen"
    database = installation.start_process("tests.clickhouse_server", "--port", str(port), "--folder", str(tmp_path))
    await until(lambda: _listens(port))
    store = Store.open(installation.clickhouse)
    worker = installation.start()
    installation.publish(shop_events(visitors=5, each=1))
    await until(lambda: applied(store) == 5)

    database.send_signal(signal.SIGSTOP)
    installation.publish(shop_events(visitors=7, each=1))
    time.sleep(2)  # noqa: ASYNC251  # nothing can be seen from outside of a worker that waits
    started = time.monotonic()
    worker.terminate()
    worker.wait(timeout=20)
    assert time.monotonic() - started < 10
    database.send_signal(signal.SIGCONT)
    installation.start()

    await until(lambda: applied(store) == 12)
    [stored] = store.query("SELECT count() AS rows FROM events FINAL")
    assert stored["rows"] == 7  # five came twice


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


async def test_what_is_refused_ends_the_worker_and_is_not_acknowledged(installation: Installation) -> None:
    store = Store.open(installation.clickhouse)
    store.address.connect(store.address.database, {}).command("DROP TABLE sessions")
    installation.publish(shop_events(visitors=3, each=1))

    worker = installation.start()

    assert worker.wait(timeout=60) == 1
    assert applied(store) == 0


def test_a_worker_that_cannot_reach_kafka_says_so(installation: Installation) -> None:
    address = f"127.0.0.1:{free_port()}"

    worker = installation.start(DESIRELINE_KAFKA=address)

    assert worker.wait(timeout=60) == 1
    said = installation.log.read_text()
    assert "The stages worker cannot start." in said
    assert address in said


async def test_in_the_loop_of_another_service_each_event_is_said_to_be_stored(dsn: str) -> None:
    store = Store.open(dsn)
    with Broker() as broker:
        broker.create_topic("events")
        app = create_app(Settings(kafka=broker.address), shop(), store, broker.log_id, embedded=True)
        await app.start()
        await until(lambda: len(app.checkpoint.partitions) == PARTITIONS)

        for turn in range(5):
            [one] = shop_events(visitors=1, each=turn + 1)[-1:]
            publish(broker.address, "events", [one])
            await app.stored(key_hash(one.visitor) % PARTITIONS, turn)
        await app.stop()

    assert [session[1] for session in stored_sessions(store)] == [5]
    store.close()


async def test_what_was_read_last_is_stored_before_a_worker_stops(dsn: str) -> None:
    store = Store.open(dsn)
    with Broker() as broker:
        broker.create_topic("events")
        settings = Settings(kafka=broker.address, checkpoint_every=timedelta(hours=1))
        app = create_app(settings, shop(), store, broker.log_id)
        written = checkpoints()
        await app.start()
        await until(lambda: checkpoints() > written)  # the first comes at once, the next in an hour

        [one] = shop_events(visitors=1, each=1)
        publish(broker.address, "events", [one])
        await until(lambda: app.checkpoint.next_offset(key_hash(one.visitor) % PARTITIONS) == 1)
        assert applied(store) == 0
        await app.stop()

    assert applied(store) == 1
    assert len(stored_sessions(store)) == 1
    store.close()


def checkpoints() -> float:
    return REGISTRY.get_sample_value("desireline_stages_checkpoint_seconds_count") or 0


async def test_time_closes_sessions_on_a_quiet_partition(dsn: str) -> None:
    store = Store.open(dsn)
    with Broker() as broker:
        broker.create_topic("events")
        app = create_app(Settings(kafka=broker.address), shop(), store, broker.log_id, embedded=True)
        await app.start()

        publish(broker.address, "events", shop_events(visitors=1, each=2, minutes_ago=31))
        await until(lambda: any(state == "closed" for *_, state in stored_sessions(store)))
        await app.stop()

    assert len(stored_sessions(store)) == 1
    store.close()
