"""Ten minutes at half of what this machine takes: does a worker's memory grow, does it fall behind, do parts pile up?

The load is history whose own clock runs fast, so that as many sessions settle as begin: what then still grows, leaks.
"""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import msgspec
from confluent_kafka import Producer

from services.core.event import Event, Millis
from services.core.key_hash import key_hash
from tests.chaos.cluster import PARTITIONS, Cluster
from tests.chaos.ledger import PROJECT
from tests.chaos.trial import Say

WALK = ("Product List Viewed", "Product Viewed", "Product Viewed", "Product Added", "Cart Viewed", "Checkout Started")
VISITORS = 1_000
"""Under way at any time."""
PACE_MS = 60_000
"""Between two events of one visitor, in the data's own time."""
MEASURE_EVENTS = 200_000
SAMPLE_SECONDS = 1.0
WARM_SHARE = 0.3
MOST_GROWTH_MB_AN_HOUR = 60.0
MOST_LAG_SECONDS = 15.0


@dataclass(frozen=True)
class Sample:
    """What was seen at one moment."""

    seconds: float
    memory_mb: float
    lag: int
    parts: int


class Source:
    """Puts shop visits straight into the topic, in the order of the data's time, which is also their watermark."""

    def __init__(self, address: str) -> None:
        self.sent = 0
        self._producer = Producer({"bootstrap.servers": address, "linger.ms": 20, "log_level": 0})
        self._events = self._draw(Millis(int(time.time() - 90 * 86_400) * 1000))

    @staticmethod
    def _draw(since: Millis) -> Iterator[Event]:
        """A thousand visitors take turns; whoever has walked the whole way is followed by somebody new."""
        names = count()
        walking = deque((f"visitor-{next(names):09}", turn % len(WALK)) for turn in range(VISITORS))
        for number in count():
            visitor, step = walking.popleft()
            walking.append((visitor, step + 1) if step + 1 < len(WALK) else (f"visitor-{next(names):09}", 0))
            at = since + number * PACE_MS // VISITORS
            yield Event(
                id=f"{number:012x}",
                project=PROJECT,
                visitor=visitor,
                type="track",
                name=WALK[step],
                occurred_at=at,
                received_at=at,
                watermark=at,
                path=f"/{WALK[step]}",
                props=msgspec.Raw(b'{"price":19.9,"currency":"EUR"}'),
            )

    def send(self, events: int) -> None:
        for number in range(events):
            one = next(self._events)
            self._producer.produce("events", msgspec.json.encode(one), one.visitor, key_hash(one.visitor) % PARTITIONS)
            if number % 5_000 == 0:
                self._producer.poll(0)
        self._producer.flush()
        self.sent += events


async def run(minutes: float, folder: Path, say: Say) -> str:
    """Measure what one worker takes, then soak it at half of that: a report. Raises AssertionError where it grows."""
    async with Cluster(folder, workers=("one",)) as cluster:
        source = Source(cluster.kafka.address)
        rate = await _capacity(cluster, source) / 2
        say(
            f"one worker takes {2 * rate:,.0f} events a second here, its broker and database beside it; soaking at half"
        )
        samples = await _soak(cluster, source, rate, minutes * 60)
        await cluster.caught_up()
        assert not cluster.ended_by_themselves, cluster.ended_by_themselves
    return _judged(samples, rate)


async def _capacity(cluster: Cluster, source: Source) -> float:
    """Events a second of a backlog."""
    await asyncio.to_thread(source.send, MEASURE_EVENTS // 10)
    await cluster.caught_up()
    await cluster.workers[0].kill()
    await asyncio.to_thread(source.send, MEASURE_EVENTS)
    cluster.worker("one").start()
    await cluster.moves()
    began, before = time.monotonic(), await cluster.stored()
    await cluster.caught_up()
    return (source.sent - before) / (time.monotonic() - began)


async def _soak(cluster: Cluster, source: Source, rate: float, seconds: float) -> list[Sample]:
    feeding = asyncio.create_task(_feed(source, rate))
    samples, began = [], time.monotonic()
    try:
        while (passed := time.monotonic() - began) < seconds and not feeding.done():
            parts = await asyncio.to_thread(cluster.store.query, _PARTS)
            lag = source.sent - await cluster.stored()
            samples.append(Sample(passed, _memory_mb(cluster.workers[0].pid), lag, int(parts[0]["parts"])))
            await asyncio.sleep(SAMPLE_SECONDS)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
    return samples


_PARTS = "SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase()"


async def _feed(source: Source, rate: float) -> None:
    began, before = time.monotonic(), source.sent
    while True:
        await asyncio.to_thread(source.send, max(int(rate / 10), 1))
        await asyncio.sleep(max((source.sent - before) / rate - (time.monotonic() - began), 0.0))


def _memory_mb(pid: int) -> float:
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def _judged(samples: list[Sample], rate: float) -> str:
    warm = samples[int(len(samples) * WARM_SHARE) :]
    half = len(warm) // 2
    seconds = [one.seconds for one in warm]
    slope, start = statistics.linear_regression(seconds, [one.memory_mb for one in warm])
    lag = max(one.lag for one in warm)
    parts = [statistics.mean(one.parts for one in some) for some in (warm[:half], warm[half:])]
    report = (
        f"{rate:,.0f} events a second for {samples[-1].seconds / 60:.1f} minutes; after the first {WARM_SHARE:.0%}: "
        f"memory {start + slope * seconds[0]:.0f} MB, growing by {slope * 3600:+.1f} MB an hour; "
        f"lag at most {lag} events ({lag / rate:.1f} s); "
        f"parts {parts[0]:.0f} in the first half, {parts[1]:.0f} in the second"
    )
    assert slope * 3600 <= MOST_GROWTH_MB_AN_HOUR, report
    assert lag / rate <= MOST_LAG_SECONDS, report
    assert parts[1] <= parts[0] * 1.5, report
    return report
