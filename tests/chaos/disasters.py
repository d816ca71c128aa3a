"""What is done to a cluster: each disaster a function, each named, each leaving everything running again."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.chaos.cluster import Cluster
from tests.chaos.service import WITHIN, Service

TABLES = ("events", "findings", "sessions", "session_state", "positions")
WORKER_POINTS = (
    *(f"{when} {table}" for table in TABLES for when in ("before", "after")),
    "before acknowledge",
    "after acknowledge",
)
INGEST_POINTS = ("before produce", "after produce")
SESSION_SECONDS = 10.0
"""After so long without a heartbeat the group gives a worker's partitions to another."""


@dataclass(frozen=True)
class Disaster:
    """One line of a schedule. `subject` is a worker, a crash point or a number of seconds, as the kind needs it."""

    kind: str
    subject: str
    after_seconds: float
    awaited: bool

    def __str__(self) -> str:
        return f"{self.after_seconds:.1f} s later: {self.kind} {self.subject}" + (
            "" if self.awaited else ", at once on"
        )


Act = Callable[[Cluster, str], Awaitable[str]]


async def kill_worker(cluster: Cluster, name: str) -> str:
    """SIGKILL, whatever it was doing; started again at once."""
    worker = cluster.worker(name)
    await worker.kill()
    worker.start()
    return "killed"


async def crash_worker(cluster: Cluster, point: str) -> str:
    """SIGKILL at a crash point: whichever worker comes there first."""
    return await _crash(cluster.workers, point)


async def crash_ingest(cluster: Cluster, point: str) -> str:
    return await _crash([cluster.services["ingest"]], point)


async def _crash(services: list[Service], point: str) -> str:
    """The supervisor starts again whoever dies."""
    for service in services:
        service.orders.give(point)
    deadline = time.monotonic() + WITHIN
    # Whoever obeys takes the order away.
    while not (died := [one for one in services if not one.orders.file.exists()]):
        assert time.monotonic() < deadline, f"nobody came to {point!r} within {WITHIN} s"
        await asyncio.sleep(0.02)
    for service in services:
        service.orders.withdraw()
    return f"{' and '.join(one.name for one in died)} died there"


async def worker_joins_and_leaves(cluster: Cluster, seconds: str) -> str:
    """A third worker comes, works and is told to stop: the group shares out its partitions twice."""
    third = cluster.worker("three")
    third.start()
    await third.says("Worker ready")
    await asyncio.sleep(float(seconds))
    code = await third.stop()
    return f"it left with {code}"


async def restart_worker(cluster: Cluster, name: str) -> str:
    """SIGTERM under load: a last checkpoint, and gone."""
    worker = cluster.worker(name)
    code = await worker.stop()
    worker.start()
    return f"it left with {code}"


async def freeze_worker(cluster: Cluster, name: str) -> str:
    """SIGSTOP until the group has given its partitions away, then SIGCONT: it must change nothing any more."""
    worker = cluster.worker(name)
    worker.send(signal.SIGSTOP)
    await asyncio.sleep(SESSION_SECONDS * 1.8)
    worker.send(signal.SIGCONT)
    return "went on after its time"


async def freeze_worker_in_checkpoint(cluster: Cluster, name: str) -> str:
    """The same with the database's answer outstanding: what it wrote arrives, the answer is read much later."""
    cluster.door.slow_seconds = 1.0
    await asyncio.sleep(1.5)
    cluster.worker(name).send(signal.SIGSTOP)
    cluster.door.open()
    await asyncio.sleep(SESSION_SECONDS * 1.8)
    cluster.worker(name).send(signal.SIGCONT)
    return "went on after its time"


async def kill_ingest(cluster: Cluster, _: str) -> str:
    ingest = cluster.services["ingest"]
    await ingest.kill()
    ingest.start()
    return "killed"


async def restart_ingest(cluster: Cluster, _: str) -> str:
    """SIGTERM under load: it drains."""
    ingest = cluster.services["ingest"]
    code = await ingest.stop()
    ingest.start()
    return f"it left with {code}"


async def kill_broker(cluster: Cluster, seconds: str) -> str:
    await asyncio.to_thread(cluster.kafka.kill)
    await asyncio.sleep(float(seconds))
    await asyncio.to_thread(cluster.kafka.start)
    return "started again"


async def freeze_broker(cluster: Cluster, seconds: str) -> str:
    cluster.kafka.freeze()
    await asyncio.sleep(float(seconds))
    cluster.kafka.thaw()
    return "answers again"


async def kill_clickhouse(cluster: Cluster, seconds: str) -> str:
    await asyncio.to_thread(cluster.clickhouse.kill)
    await asyncio.sleep(float(seconds))
    await asyncio.to_thread(cluster.clickhouse.start)
    return "started again"


async def wall_clickhouse_up(cluster: Cluster, seconds: str) -> str:
    """Connections stand, nothing comes through."""
    cluster.door.wall_up()
    await asyncio.sleep(float(seconds))
    cluster.door.open()
    return "answers again"


async def slow_clickhouse(cluster: Cluster, seconds: str) -> str:
    """Each request takes half a second longer, each answer too."""
    cluster.door.slow_seconds = 0.5
    await asyncio.sleep(float(seconds))
    cluster.door.open()
    return "is quick again"


KINDS: dict[str, Act] = {
    act.__name__: act
    for act in (
        kill_worker, crash_worker, worker_joins_and_leaves, restart_worker, freeze_worker, freeze_worker_in_checkpoint,
        kill_ingest, crash_ingest, restart_ingest, kill_broker, freeze_broker, kill_clickhouse, wall_clickhouse_up,
        slow_clickhouse,
    )
}  # fmt: skip

Counts = dict[str, int]

LONG: Counts = {
    "kill_worker": 18, "crash_worker": 18, "worker_joins_and_leaves": 6, "restart_worker": 4, "freeze_worker": 2,
    "freeze_worker_in_checkpoint": 2, "kill_ingest": 4, "crash_ingest": 4, "restart_ingest": 2, "kill_broker": 3,
    "freeze_broker": 1, "kill_clickhouse": 3, "wall_clickhouse_up": 1, "slow_clickhouse": 2,
}  # fmt: skip
SHORT: Counts = {
    "kill_worker": 2, "crash_worker": 3, "worker_joins_and_leaves": 1, "restart_worker": 1, "freeze_worker": 1,
    "kill_ingest": 1, "crash_ingest": 1, "kill_broker": 1, "kill_clickhouse": 1,
}  # fmt: skip
AWAY_SECONDS = {"kill_broker": 3, "freeze_broker": 20, "kill_clickhouse": 20, "wall_clickhouse_up": 20,
                "slow_clickhouse": 15, "worker_joins_and_leaves": 8}  # fmt: skip
SHORT_AWAY_SECONDS = AWAY_SECONDS | {"kill_clickhouse": 4, "kill_broker": 1, "worker_joins_and_leaves": 5}


def draw(random: Random, counts: Counts, away: dict[str, int]) -> list[Disaster]:
    """A schedule: all that was asked for, shuffled, with pauses; some follow without waiting for recovery."""
    points = {
        "crash_worker": _taking_turns(random, WORKER_POINTS),
        "crash_ingest": _taking_turns(random, INGEST_POINTS),
    }

    def subject(kind: str) -> str:
        if kind in points:
            return next(points[kind])
        if kind in away:
            return str(away[kind])
        return random.choice(("one", "two")) if "worker" in kind else ""

    kinds = [kind for kind, times in counts.items() for _ in range(times)]
    random.shuffle(kinds)
    return [Disaster(kind, subject(kind), round(random.uniform(0.5, 5.0), 1), random.random() < 0.75) for kind in kinds]


def _taking_turns(random: Random, points: tuple[str, ...]) -> Iterator[str]:
    """Each once before any twice."""
    while True:
        yield from random.sample(points, len(points))
