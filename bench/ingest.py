"""What ingest takes a CPU-second, acknowledged by a real Kafka, beside two servers that do less.

`uv run python -m bench.ingest`: the server has one core, load and Kafka the other; all get the same bodies, in turns;
the median of the rounds counts. Only the ratios are claims: the same program varies by a fifth. `bare` answers 200
without looking; `forward` cuts the body into calls and puts them on the topic as they came, keyed by visitor, and
answers when they are acknowledged: no key, no check, no canonical event, which is the least an acknowledged 200 takes.
"""

import argparse
import asyncio
import gc
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvicorn
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.loops.auto import auto_loop_factory

from bench.ingest_requests import DIALECTS, NEW, requests_of
from services.core.key import Kind
from services.core.terms import Terms
from services.edges.http_server import Guests, http_config
from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.edges.listener import listen
from services.ingest.server import GC_THRESHOLD, run
from services.settings import Settings
from tests import kafka_server

WARM_SECONDS = 2.0
UNLIMITED = Terms(rate=1e9, address_rate=1e9)  # looked at like any other, and never reached
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """What one server did in one round."""

    events_per_cpu_second: float
    events_per_second: float
    p50_ms: float
    p99_ms: float


class Load:
    """Posts prepared bodies over keep-alive connections, each as fast as it is answered."""

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.port = port
        self.requests = requests
        self.sent = itertools.count()
        self.waits: list[float] = []
        self.failed = 0

    async def run(self, seconds: float, connections: int) -> int:
        """How many requests were answered with 200."""
        self.waits = []
        until = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(self._connection(until, number) for number in range(connections))))

    async def _connection(self, until: float, number: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        taken = 0
        while (began := time.perf_counter()) < until:
            request = self.requests[(number * 31 + taken) % len(self.requests)]
            writer.write(request.replace(NEW, b"%012x" % next(self.sent)))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            self.waits.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"the server answered {head!r}")
            taken += 1
        writer.close()
        return taken


async def answer_without_looking(scope: Scope, receive: Receive, send: Send) -> None:
    """The bare server: reads the body, answers 200."""
    while (await receive()).get("more_body"):
        continue
    await answer(send)


async def answer(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"16")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"success":true}'})


class Visitor(msgspec.Struct, rename="camel", gc=False):
    """All that is read of a call to place it."""

    anonymous_id: str


class Visitors(msgspec.Struct, gc=False):
    """Who acts in each call of a batch."""

    batch: list[Visitor]


class Calls(msgspec.Struct, gc=False):
    """Each call of a batch as it came."""

    batch: list[msgspec.Raw]


def forwarder(publisher: Publisher) -> ASGIApp:
    visitors, calls = msgspec.json.Decoder(Visitors).decode, msgspec.json.Decoder(Calls).decode

    async def forward(scope: Scope, receive: Receive, send: Send) -> None:
        parts = []
        more = True
        while more:
            message = await receive()
            parts.append(message["body"])
            more = message.get("more_body", False)
        body = b"".join(parts)
        records = zip(visitors(body).batch, calls(body).batch, strict=True)
        await publisher.publish([(visitor.anonymous_id.encode(), bytes(call)) for visitor, call in records])
        await answer(send)

    return forward


def serve_bare(settings: Settings) -> None:
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(served(settings, answer_without_looking))


def serve_forward(settings: Settings) -> None:
    async def serve() -> None:
        publisher = Publisher(settings)
        await publisher.start()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        await served(settings, forwarder(publisher))
        await publisher.stop()

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serve())


async def served(settings: Settings, app: ASGIApp) -> None:
    with listen("127.0.0.1", settings.port) as listener:
        guests = Guests(settings.address_connections, settings.trusted_proxies)
        await uvicorn.Server(http_config(app, guests, 1)).serve([listener])


SERVERS = {"ours": run, "forward": serve_forward, "bare": serve_bare}


@contextmanager
def server(kind: str, environment: dict[str, str], core: int) -> Iterator[int]:
    """A server process on a core of its own; yields its process id once it listens."""
    command = ["taskset", "-c", str(core), sys.executable, "-m", "bench.ingest", "--serve", kind]
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        deadline = time.monotonic() + 20
        while not listens(int(environment["DESIRELINE_PORT"])):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the {kind} server did not start")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(15)


def listens(port: int) -> bool:
    import socket

    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(pid: int, port: int, requests: list[bytes], events: int, arguments: argparse.Namespace) -> Figures:
    load = Load(port, requests)
    asyncio.run(load.run(WARM_SECONDS, arguments.connections))
    before, began = cpu_seconds(pid), time.perf_counter()
    taken = asyncio.run(load.run(arguments.seconds, arguments.connections)) * events
    used, passed = cpu_seconds(pid) - before, time.perf_counter() - began
    waits = statistics.quantiles(load.waits, n=100)
    return Figures(taken / used, taken / passed, waits[49] * 1000, waits[98] * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--contestants", nargs="+", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[1, 20, 50], help="events a request")
    parser.add_argument("--dialect", choices=DIALECTS, default="segment", help="`forward` knows Segment's alone")
    arguments = parser.parse_args()
    if arguments.serve:
        SERVERS[arguments.serve](Settings())
    else:
        compare(arguments)


def compare(arguments: argparse.Namespace) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})  # load, and by inheritance Kafka; the server under test has the first core
    if libs := os.environ.get("KAFKA_LIBS"):
        kafka_server.JARS = Path(libs)
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.json"
        key = Keyring(keys).create(Kind.WRITE, "bench", terms=UNLIMITED)
        kafka = kafka_server.KafkaServer(Path(folder))
        kafka.start()
        try:
            for events in arguments.sizes:
                environment = {"DESIRELINE_KAFKA": kafka.address, "DESIRELINE_KEYS_FILE": str(keys)}
                show(arguments.dialect, events, rounds(events, key, environment, arguments))
        finally:
            kafka.stop()


def rounds(
    events: int, key: str, environment: dict[str, str], arguments: argparse.Namespace
) -> dict[str, list[Figures]]:
    requests = requests_of(events, key, dialect=arguments.dialect)
    figures: dict[str, list[Figures]] = {kind: [] for kind in arguments.contestants}
    core = min(os.sched_getaffinity(1))
    for _ in range(arguments.rounds):
        for kind, measured in figures.items():
            port = kafka_server.free_port()
            with server(kind, environment | {"DESIRELINE_PORT": str(port)}, core) as pid:
                measured.append(measure(pid, port, requests, events, arguments))
    return figures


def show(dialect: str, events: int, figures: dict[str, list[Figures]]) -> None:
    columns = ("server", "events a CPU-second", "requests a CPU-second", "events a second", "p50 ms", "p99 ms")
    table = Table(*columns, title=f"{dialect}, {events} a request")
    table.columns[1].no_wrap = True
    medians = {}
    for kind, measured in figures.items():
        rates = [figure.events_per_cpu_second for figure in measured]
        medians[kind] = statistics.median(rates)
        middle = min(measured, key=lambda figure: abs(figure.events_per_cpu_second - medians[kind]))
        spread = f"{medians[kind]:,.0f} ({min(rates):,.0f} … {max(rates):,.0f})"
        told = f"{medians[kind] / events:,.0f}", f"{middle.events_per_second:,.0f}"
        table.add_row(kind, spread, *told, f"{middle.p50_ms:.1f}", f"{middle.p99_ms:.1f}")
    Console().print(table)
    for kind in medians.keys() & {"forward", "bare"} if "ours" in medians else ():
        Console().print(f"ours / {kind}: {medians['ours'] / medians[kind]:.2f}")


if __name__ == "__main__":
    main()
