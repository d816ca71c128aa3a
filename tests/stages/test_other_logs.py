"""What becomes of the log beneath a worker: recreated, grown, cut off at either end, on a real Kafka."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from services.core.event import Event
from services.edges.clickhouse import Store
from tests.edges.reading import until
from tests.kafka_server import KafkaServer, need_kafka
from tests.stages.test_worker import PARTITIONS, Installation, applied, sessions_of, shop_events, stored_sessions


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker whose log may be harmed."""
    need_kafka()
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def installation(broker: KafkaServer, clickhouse_url: str, tmp_path: Path) -> Iterator[Installation]:
    name = f"log_{uuid4().hex[:8]}"
    broker.create_topic(name, PARTITIONS)
    made = Installation(broker.address, name, f"{clickhouse_url}/{name}", tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


def ended(installation: Installation, worker: subprocess.Popen[bytes], code: int) -> str:
    """What it said by the time it had ended."""
    assert worker.wait(timeout=60) == code
    return installation.log.read_text()


def turns(events: list[Event], visitors: int) -> tuple[list[Event], list[Event]]:
    """The first half of what each of so many visitors does, and the second."""
    half = len(events) // visitors // 2 * visitors
    return events[:half], events[half:]


@pytest.mark.parametrize("first", ["the watch", "a record"])
async def test_a_topic_recreated_beneath_a_worker_ends_it_and_the_next_goes_on_with_the_new_log(
    broker: KafkaServer, installation: Installation, first: str
) -> None:
    before, after = turns(shop_events(visitors=40, each=12), 40)
    installation.publish(before)
    store = Store.open(installation.clickhouse)
    worker = installation.start()
    await until(lambda: applied(store) == len(before))

    admin = AdminClient({"bootstrap.servers": broker.address})
    admin.delete_topics([installation.topic])[installation.topic].result(timeout=30)
    await until(lambda: installation.topic not in admin.list_topics(timeout=10).topics)
    broker.create_topic(installation.topic, PARTITIONS)
    if first == "a record":
        installation.publish(after[:40])
    said = ended(installation, worker, 1)
    assert "is another log" in said or "ends at offset" in said
    assert "Start this worker anew" in said
    installation.publish(after[40:] if first == "a record" else after)
    again = installation.start()
    await until(lambda: applied(store) == len(before) + len(after))
    again.terminate()

    assert again.wait(timeout=20) == 0
    assert stored_sessions(store) == sessions_of([*before, *after])


async def test_partitions_added_beneath_a_worker_are_read_and_said(
    broker: KafkaServer, installation: Installation
) -> None:
    before, after = turns(shop_events(visitors=40, each=4), 40)
    installation.publish(before)
    store = Store.open(installation.clickhouse)
    worker = installation.start(SEE_PARTITIONS_WITHIN="1")
    await until(lambda: applied(store) == len(before))

    admin = AdminClient({"bootstrap.servers": broker.address})
    admin.create_partitions([NewPartitions(installation.topic, PARTITIONS + 2)])[installation.topic].result(timeout=30)
    installation.publish(after, PARTITIONS + 2)
    await until(lambda: applied(store) == len(before) + len(after))
    worker.terminate()

    assert f"The topic had {PARTITIONS} partitions and has {PARTITIONS + 2}" in ended(installation, worker, 0)
    told = store.query("SELECT visitor, sum(events) AS events FROM sessions FINAL GROUP BY visitor")
    assert {row["visitor"]: row["events"] for row in told} == {f"visitor {number}": 4 for number in range(40)}


async def test_records_deleted_before_a_worker_came_to_them_are_named_and_the_rest_is_as_ever(
    broker: KafkaServer, installation: Installation
) -> None:
    before, after = turns(shop_events(visitors=40, each=12), 40)
    installation.publish(before)
    store = Store.open(installation.clickhouse)
    worker = installation.start()
    await until(lambda: applied(store) == len(before))
    worker.terminate()
    worker.wait(timeout=20)
    reached = {row.partition: row.next_offset for row in store.positions()}

    installation.publish(after)
    admin = AdminClient({"bootstrap.servers": broker.address})
    for deleted in admin.delete_records([TopicPartition(installation.topic, 0, reached[0] + 5)]).values():
        deleted.result(timeout=30)
    again = installation.start()
    await until(lambda: applied(store) == len(before) + len(after))
    again.terminate()

    said = ended(installation, again, 0)
    assert f"Offsets {reached[0]} to {reached[0] + 4} of" in said
    assert "were deleted before they were read: those events are lost" in said
    there = {row["id"] for row in store.query("SELECT id FROM events FINAL")}
    assert len(there) == len(before) + len(after) - 5
    assert stored_sessions(store) == sessions_of([one for one in [*before, *after] if one.id in there])


async def test_a_log_that_lost_its_end_starts_no_worker(broker: KafkaServer, installation: Installation) -> None:
    events = shop_events(visitors=40, each=3)
    installation.publish(events)
    store = Store.open(installation.clickhouse)
    worker = installation.start()
    await until(lambda: applied(store) == len(events))
    worker.kill()
    worker.wait()

    lose_all(broker, installation.topic)
    said = ended(installation, installation.start(), 1)
    assert "ends at offset 0, but has been applied up to" in said


async def test_a_log_that_loses_its_end_beneath_a_worker_ends_it_and_no_new_record_is_passed_over(
    broker: KafkaServer, installation: Installation
) -> None:
    events = shop_events(visitors=40, each=3)
    installation.publish(events[:80])
    store = Store.open(installation.clickhouse)
    worker = installation.start()
    await until(lambda: applied(store) == 80)

    lose_all(broker, installation.topic)
    installation.publish(events[80:])
    assert "but has been applied up to" in ended(installation, worker, 1)

    assert applied(store) == 80


def lose_all(broker: KafkaServer, topic: str) -> None:
    """What a restored backup or an unclean election may do: the same log, and shorter."""
    broker.kill()
    for segment in (broker.folder / "log").glob(f"{topic}-*"):
        for file in segment.glob("0*"):
            file.unlink()
    broker.start()
