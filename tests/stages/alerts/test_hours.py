"""Which hours are judged: those that are over on every partition, and no other."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest

from services.core.rows import PositionRow
from services.core.spikes.baseline import HOUR_MS
from services.edges.broker import PARTITIONS, Broker
from services.edges.clickhouse import Store
from services.edges.incidents import known_incidents
from services.settings import Settings
from services.stages.alerts.duty import MARGIN_MS, Duty
from services.stages.app import create_app
from tests.edges.reading import produce
from tests.stages.alerts.weeks import JOURNEY, NOW, Shop
from tests.stores import empty, fresh_dsn

OVER = (NOW + 1) * HOUR_MS
LOG = "log"


@pytest.fixture
def broker() -> Iterator[Broker]:
    """With one record, on partition 1."""
    with Broker() as running:
        running.create_topic("events")
        produce(running.address, "events", [b"a record"], partition=1)
        yield running


@pytest.fixture(scope="module")
def weeks(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Of a shop in which many got stuck in the newest hour."""
    opened = Store.open(fresh_dsn("chdb", request))
    shop = Shop(opened)
    shop.visit()
    shop.stick("rage_click", 10)
    shop.stick("rage_click", 70, hours=1)
    yield opened
    opened.close()


@pytest.fixture
def store(weeks: Store) -> Iterator[Store]:
    yield weeks
    empty(weeks, "incidents", "positions")


@pytest.fixture
def duty(store: Store, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Duty:
    """Of a leader who looks at the newest hour only, which is quicker."""
    monkeypatch.setattr("services.stages.alerts.duty.CATCH_UP", 1)
    settings = Settings(kafka=broker.address)
    return Duty(create_app(settings, JOURNEY, store, LOG), settings, JOURNEY, store, LOG)


def apply(store: Store, until: int, clock: int) -> None:
    """All partitions are taken on, and the one with a record is applied up to an offset, its events up to a time."""
    clocks = msgspec.json.encode({"shop": [clock, 0]}).decode()
    rows = [
        PositionRow(
            log_id=LOG,
            partition=partition,
            partitions=PARTITIONS,
            generation=1,
            claim="one",
            began=1,
            finished=1,
            next_offset=until if partition == 1 else 0,
            clocks=clocks,
            version=until + 1,
        )
        for partition in range(PARTITIONS)
    ]
    store.insert("positions", rows)


def hours(store: Store) -> list[int]:
    return [incident.began for incident in known_incidents(store, "shop", 0)]


def test_an_hour_is_judged_a_moment_after_it_is_over_and_not_before(store: Store, duty: Duty) -> None:
    apply(store, until=1, clock=0)

    duty.judge_due(OVER + MARGIN_MS - 1)
    assert hours(store) == []
    duty.judge_due(OVER + MARGIN_MS)

    assert hours(store) == [NOW]


def test_an_hour_whose_records_wait_to_be_applied_is_not_judged(store: Store, duty: Duty) -> None:
    apply(store, until=0, clock=OVER - 60_000)

    duty.judge_due(OVER + HOUR_MS // 2)
    assert hours(store) == []
    apply(store, until=1, clock=OVER - 60_000)
    duty.judge_due(OVER + HOUR_MS // 2)

    assert hours(store) == [NOW]


async def test_who_stops_waits_for_a_judgement_under_way_while_kafka_can_still_answer_it(
    store: Store, duty: Duty
) -> None:
    apply(store, until=1, clock=0)
    judging = asyncio.create_task(duty.judge())
    await asyncio.sleep(0)
    assert duty.busy

    await duty.stop()

    assert not duty.busy
    await judging
