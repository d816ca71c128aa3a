"""Findings on their topic, also where Kafka comes later than the worker."""

import asyncio
from datetime import timedelta

import pytest

from services.core.rows import FindingRow
from services.edges.broker import Broker
from services.edges.findings_feed import FindingsFeed
from services.settings import Settings
from services.stages import announcer as module
from services.stages.agent import now
from services.stages.announcer import Announcer
from tests.chaos.door import Door

NOBODY = 9  # the port of the service that discards, which nobody offers


def finding(id_: str, *, seconds_ago: int = 0, is_deleted: int = 0) -> FindingRow:
    return FindingRow(
        project="shop",
        opened_on="2026-11-20",
        session_id="s1",
        id=id_,
        partition=0,
        version=1,
        occurred_at=now() - seconds_ago * 1000,
        is_deleted=is_deleted,
    )


async def test_a_finding_is_told_once_and_taken_back_where_it_was_told() -> None:
    with Broker() as broker:
        broker.create_topic("findings")
        feed = FindingsFeed(broker.address, "findings", fetch_wait_ms=20)
        announcer = Announcer(Settings(kafka=broker.address, findings_topic="findings"))
        await announcer.start()
        async with feed.listen("shop") as heard:
            await announcer.announce([finding("f1"), finding("of an import", seconds_ago=3600)])
            await announcer.announce([finding("f1"), finding("of an import", is_deleted=1)])
            await announcer.announce([finding("f1", is_deleted=1), finding("f2")])
            told = [await heard.next(60) for _ in range(3)]
        await announcer.stop()
        await feed.stop()

    assert [(one.head.id, one.head.is_deleted) for one in told if one] == [("f1", 0), ("f1", 1), ("f2", 0)]


async def test_findings_are_told_from_when_kafka_is_there_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN", timedelta(milliseconds=20))
    with Broker() as broker:
        broker.create_topic("findings")
        feed = FindingsFeed(broker.address, "findings", fetch_wait_ms=20)
        async with Door(NOBODY) as door, feed.listen("shop") as heard:
            announcer = Announcer(Settings(kafka=f"127.0.0.1:{door.port}", findings_topic="findings"))
            await announcer.start()
            await announcer.announce([finding("f1")])

            door.behind = int(broker.address.rpartition(":")[2])

            listening = asyncio.create_task(heard.next(60))
            while not listening.done():
                await announcer.announce([finding("f2")])
                await asyncio.wait({listening}, timeout=0.05)
            await announcer.stop()
        await feed.stop()

    told = listening.result()
    assert told is not None
    assert told.head.id == "f2"
