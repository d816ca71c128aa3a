"""Seconds from the SIGKILL of a stages worker to its next stored position: `uv run python -m bench.recovery`.

One worker with static membership on a real Kafka, started again at once, with few open sessions and with many; events
go on coming at a low rate. What was not stored is read again, so this is also how long an answer stands still.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from itertools import count
from pathlib import Path

import msgspec
from confluent_kafka import Producer

from services.core.event import Event, Millis
from services.core.key_hash import key_hash
from tests.chaos.cluster import PARTITIONS, Cluster
from tests.chaos.ledger import PROJECT

FEW = 100
TRICKLE = 200
"""Events a second that keep coming."""


class Source:
    """Puts events straight into the topic: what is measured begins behind ingest."""

    def __init__(self, address: str) -> None:
        self._producer = Producer({"bootstrap.servers": address, "linger.ms": 5, "log_level": 0})
        self._numbers = count()
        self.sent = 0

    def send(self, visitors: range) -> None:
        """One event of each visitor, now."""
        at = Millis(time.time_ns() // 1_000_000)
        for number in visitors:
            one = Event(
                id=f"{next(self._numbers):012x}",
                project=PROJECT,
                visitor=f"visitor-{number}",
                type="track",
                name="Product Viewed",
                occurred_at=at,
                received_at=at,
                path=f"/product/{number % 100}",
            )
            self._producer.produce("events", msgspec.json.encode(one), one.visitor, key_hash(one.visitor) % PARTITIONS)
            if self.sent % 10_000 == 0:
                self._producer.flush()
            self.sent += 1
        self._producer.flush()


async def trickle(source: Source, sessions: int) -> None:
    """A few events a moment, of visitors whose sessions are open already."""
    for turn in count():
        began = turn * TRICKLE // 10 % sessions
        await asyncio.to_thread(source.send, range(began, min(began + TRICKLE // 10, sessions)))
        await asyncio.sleep(0.1)


async def measured(sessions: int, kills: int) -> list[float]:
    """Seconds of each kill, with so many sessions open."""
    with tempfile.TemporaryDirectory() as folder:
        async with Cluster(Path(folder), workers=("one",)) as cluster:
            source = Source(cluster.kafka.address)
            await asyncio.to_thread(source.send, range(sessions))
            await cluster.caught_up()
            trickling = asyncio.create_task(trickle(source, sessions))
            try:
                return [await _once(cluster) for _ in range(kills)]
            finally:
                trickling.cancel()
                await asyncio.gather(trickling, return_exceptions=True)


async def _once(cluster: Cluster) -> float:
    worker = cluster.workers[0]
    await cluster.moves()
    await worker.kill()
    began = time.monotonic()
    worker.start()
    await cluster.moves()
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="*", default=[FEW, 100_000])
    parser.add_argument("--kills", type=int, default=5)
    given = parser.parse_args()
    for sessions in given.sessions:
        seconds = asyncio.run(measured(sessions, given.kills))
        each = ", ".join(f"{one:.1f}" for one in seconds)
        print(f"{sessions:7} open sessions: {statistics.median(seconds):.1f} s to the next stored position ({each})")


if __name__ == "__main__":
    main()
