"""Events per CPU-second through a stages worker on a real Kafka, beside what the same machine does without us.

`uv run python -m bench.stages`: needs Java and the jars of deploy/kafka. The process under test is pinned to one core,
the broker and the database run on the other. Each contestant is a process of its own; rounds take turns, medians count.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import faust
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import Producer
from faust.types import TP
from yarl import URL

from services.core import fold
from services.core.event import Event, Millis
from services.core.key_hash import key_hash
from services.edges.clickhouse import Store
from services.edges.faust_transport import Fetch, Transport
from services.settings import Settings
from services.stages.app import create_app
from services.stages.process import spare_the_collector
from tests.core.build import shop
from tests.kafka_server import KafkaServer

PARTITIONS = 4
EACH = 10
"""Events a session."""
TOPIC = "bench"
QUIX = [
    "uv",
    "run",
    "-q",
    "--isolated",
    "--no-project",
    "-p",
    str(Path(sys.executable).resolve()),
    "--with",
    "quixstreams==3.28.1",
    "python",
]
WALK = [
    ("page", "/"),
    ("page", "/gifts"),
    ("view", "/gifts/42"),
    ("click", "/gifts/42"),
    ("add", "/gifts/42"),
    ("page", "/cart"),
    ("checkout", "/checkout"),
    ("page", "/checkout/address"),
    ("page", "/checkout/payment"),
    ("buy", "/done"),
]
"""A tenth of the sessions goes all the way; the others stop and look around at some step."""


def visits(events: int) -> Iterator[Event]:
    """Sessions of ten acts, 20 seconds apart, begun evenly over the two hours before now; in the order of arrival."""
    sessions = events // EACH
    start = int(time.time() * 1000) - 7_200_000
    step = 7_000_000 // sessions
    moments = sorted((start + s * step + act * 20_000, s, act) for s in range(sessions) for act in range(EACH))
    for at, session, act in moments:
        name, path = WALK[act if act <= session % EACH else act % 4]
        yield Event(
            id=f"{session:08x}-{act:02x}-4c3a-9d1e-{session * 7919 % 2**48:012x}",
            project="shop",
            visitor=f"v-{session:08x}-7f3b",
            type="page" if name == "page" else "track",
            name=name,
            occurred_at=Millis(at),
            received_at=Millis(at + 40),
            path=path,
            url=f"https://shop.example{path}",
            props=msgspec.Raw(b'{"target":"#more","value":19.9,"currency":"EUR"}'),
            context=msgspec.Raw(b'{"browser":"Firefox","os":"Linux","device":"desktop"}'),
        )


def producer(address: str) -> Producer:
    """One that gathers what it is given."""
    return Producer({"bootstrap.servers": address, "linger.ms": 50, "compression.type": "lz4", "log_level": 0})


def publish(to: Producer, topic: str, visitor: str, value: bytes | None) -> None:
    """Put an event on the partition of its visitor."""
    to.produce(topic, value, visitor, key_hash(visitor) % PARTITIONS)


def fill(address: str, events: int) -> float:
    """Publish; the mean size of an event."""
    to = producer(address)
    size = 0
    for number, one in enumerate(visits(events)):
        value = msgspec.json.encode(one)
        size += len(value)
        publish(to, TOPIC, one.visitor, value)
        if number % 10_000 == 0:
            to.flush()
    to.flush()
    return size / events


def built() -> str:
    """Of which Python figures are, and of which core: an unoptimised build hides most of what compiling gives."""
    core = "compiled" if not str(fold.__file__).endswith(".py") else "not compiled"
    return f"Python {platform.python_version()} ({Path(sys.executable).resolve()}), the core {core}"


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """Of this program; `ru_maxrss` would be that of the process it was started from."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


class Meter:
    """Measures CPU and wall time from `start` until so many events were counted."""

    def __init__(self, events: int) -> None:
        self.events = events
        self.seen = 0
        self.done = asyncio.Event()

    def start(self) -> None:
        self._wall, self._cpu = time.perf_counter(), cpu()

    def count(self, events: int) -> None:
        self.seen += events
        if self.seen >= self.events:
            self.done.set()

    async def report(self) -> None:
        await asyncio.wait_for(self.done.wait(), 600)
        used, wall = cpu() - self._cpu, time.perf_counter() - self._wall
        print(json.dumps({"events": self.seen, "cpu": used, "wall": wall, "peak_mb": peak_mb()}), flush=True)
        os._exit(0)  # what stopping takes is not measured


async def bare_aiokafka(address: str, _: str, meter: Meter) -> None:
    """A getmany loop that looks at nothing."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)])
    meter.start()
    while not meter.done.is_set():
        fetched = await consumer.getmany(timeout_ms=1000, max_records=5_000)
        meter.count(sum(map(len, fetched.values())))


class App(faust.App):
    """A Faust app that makes no folders."""

    async def on_first_start(self) -> None:
        return


def _faust(address: str) -> App:
    return App(
        f"bench-{uuid.uuid4()}",
        broker=f"kafka://{address}",
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        broker_max_poll_records=5_000,
        stream_buffer_maxsize=4096,
    )


async def stock_faust(address: str, _: str, meter: Meter) -> None:
    """An empty agent on stock Faust."""
    app = _faust(address)

    async def agent(stream: Any) -> None:
        async for _ in stream:
            meter.count(1)

    app.agent(app.topic(TOPIC, value_type=bytes))(agent)
    await app.start()
    meter.start()


class FromTheBeginning:
    """Positions of a reader that keeps none."""

    async def take_on(self, partitions: set[TP], count: int) -> Mapping[TP, int]:
        assert count == PARTITIONS
        return dict.fromkeys(partitions, 0)

    async def let_go(self, partitions: set[TP]) -> None:
        return


async def bulk_faust(address: str, _: str, meter: Meter) -> None:
    """An empty agent on our transport."""
    app = _faust(address)
    app.transport = Transport([URL(f"kafka://{address}")], app, FromTheBeginning(), fetch_wait_ms=500)

    async def agent(stream: Any) -> None:
        async for fetch in stream.events():
            meter.count(len(fetch.value))

    app.agent(app.topic(TOPIC, schema=Fetch()))(agent)
    await app.start()
    meter.start()


async def worker(address: str, clickhouse: str, meter: Meter) -> None:
    """The whole stage: sessions, stages, jobs, detectors, checkpoints into ClickHouse over HTTP."""
    store = Store.open(f"{clickhouse}/bench_{uuid.uuid4().hex[:8]}")
    settings = Settings(kafka=address, topic=TOPIC, group=f"bench-{uuid.uuid4()}")
    app = create_app(settings, shop(), store, uuid.uuid4().hex)
    await app.start()
    spare_the_collector()
    meter.start()
    while meter.seen < meter.events:
        await asyncio.sleep(0.05)
        accounts = app.checkpoint._accounts.values()
        meter.seen = sum(account.stored for account in accounts)
    meter.done.set()


CONTESTANTS: dict[str, Callable[[str, str, Meter], Awaitable[None]]] = {
    contestant.__name__: contestant for contestant in (bare_aiokafka, stock_faust, bulk_faust, worker)
}
QUIX_STATES = {"quix_sessions": "durable", "quix_without_changelog": "local"}
"""The peer, with state that survives the loss of its machine, as ours does, and without."""
SLOW = {"stock_faust": 10}
"""It gets one event in so many of the others'."""


async def _contend(name: str, address: str, clickhouse: str, events: int) -> None:
    meter = Meter(events)
    running = asyncio.ensure_future(CONTESTANTS[name](address, clickhouse, meter))
    running.add_done_callback(lambda done: done.result())
    await meter.report()


def measure(name: str, address: str, clickhouse: str, events: int) -> dict[str, float]:
    """One contestant, in a process on the second core."""
    events //= SLOW.get(name, 1)
    if name in QUIX_STATES:
        command = [*QUIX, str(Path(__file__).parent / "quix_sessions.py"), address, TOPIC, str(events)]
        command.append(QUIX_STATES[name])
    else:
        command = [sys.executable, "-m", "bench.stages", "--only", name, "--kafka", address]
        command += ["--clickhouse", clickhouse, "--events", str(events)]
    done = subprocess.run(["taskset", "-c", "1", *command], stdout=subprocess.PIPE, check=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def compare(events: int, rounds: int, names: list[str]) -> None:
    from tests.clickhouse_server import clickhouse_server  # here: the engine would count as a contestant's memory

    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder, clickhouse_server(Path(folder)) as clickhouse:
        kafka = KafkaServer(Path(folder))
        kafka.start()
        try:
            kafka.create_topic(TOPIC, PARTITIONS)
            print(built())
            print(f"{events} events of {fill(kafka.address, events):.0f} B, {events // EACH} sessions, {rounds} rounds")
            measured: dict[str, list[dict[str, float]]] = {name: [] for name in names}
            for _ in range(rounds):
                for name in names:
                    measured[name].append(measure(name, kafka.address, clickhouse, events))
            show(measured)
        finally:
            kafka.stop()


def show(measured: Mapping[str, list[dict[str, float]]]) -> None:
    def median(name: str, of: Callable[[dict[str, float]], float]) -> float:
        return statistics.median(map(of, measured[name]))

    def rate(one: dict[str, float]) -> float:
        return one["events"] / one["cpu"]

    peer = median("quix_sessions", rate) if "quix_sessions" in measured else None
    print(f"{'':16}{'events/CPU-s':>14}{'min':>10}{'max':>10}{'to quix':>9}{'events/s':>10}{'peak MB':>9}")
    for name, runs in measured.items():
        rates = [rate(one) for one in runs]
        ratio = f"{median(name, rate) / peer:9.2f}" if peer else " " * 9
        wall = median(name, lambda one: one["events"] / one["wall"])
        peak = median(name, lambda one: one["peak_mb"])
        spread = f"{min(rates):10,.0f}{max(rates):10,.0f}"
        print(f"{name:16}{median(name, rate):14,.0f}{spread}{ratio}{wall:10,.0f}{peak:9,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contestants", nargs="*", default=[*CONTESTANTS, *QUIX_STATES])
    parser.add_argument("--only", choices=CONTESTANTS, help="be this contestant")
    parser.add_argument("--kafka")
    parser.add_argument("--clickhouse")
    given = parser.parse_args()
    if given.only:
        asyncio.run(_contend(given.only, given.kafka, given.clickhouse, given.events))
    else:
        compare(given.events, given.rounds, given.contestants)


if __name__ == "__main__":
    main()
