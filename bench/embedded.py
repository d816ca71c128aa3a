"""End to end in one process: `uv run python -m bench.embedded`.

Events a second from the first byte of a POST to the last 200, every 200 meaning stored on disk as event, session,
state and position; beside the bare INSERT of the same events into the same table of the same engine, which neither
checks, orders nor judges them. Rounds take turns; medians count. Everything shares this machine's cores.
"""

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.ingest import cpu_seconds
from bench.ingest_requests import requests_of
from bench.stages import visits
from services.core.key import Kind
from services.edges.clickhouse import Store
from services.edges.keyring import Keyring
from tests.installation import Installation

A_REQUEST = (50, 500)
"""As a server's library sends them, and as a replay does."""
INSERT_EVENTS = 5_000


async def post(port: int, requests: Iterator[bytes], connections: int) -> None:
    """Post every request once; the connections share them."""

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            assert head.startswith(b"HTTP/1.1 200"), head
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))


def ours(events: int, a_request: int, connections: int) -> tuple[float, float]:
    """Events a second, and events a CPU-second of the one process."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        key = Keyring(data / "keys.json").create(Kind.WRITE, "bench")
        with Installation(data) as running:
            requests = requests_of(a_request, key, events // a_request)
            before, began = cpu_seconds(running.pid), time.perf_counter()
            asyncio.run(post(int(running.url.rpartition(":")[2]), iter(requests), connections))
            passed, used = time.perf_counter() - began, cpu_seconds(running.pid) - before
    return events / passed, events / used


def bare(events: int) -> tuple[float, float]:
    """The same figures of nothing but INSERTs, in a process of their own."""
    command = [sys.executable, "-m", "bench.embedded", "--insert", str(events)]
    rate, a_cpu_second = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(rate), float(a_cpu_second)


def insert(events: int) -> None:
    """Be the bare INSERT."""
    lines = [msgspec.json.encode(one) for one in visits(events)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"chdb://{folder}")
        before, began = _cpu(), time.perf_counter()
        for at in range(0, len(lines), INSERT_EVENTS):
            store.insert_lines("events", lines[at : at + INSERT_EVENTS])
        print(events / (time.perf_counter() - began), events / (_cpu() - before), flush=True)
        store.close()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--insert", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.insert:
        insert(arguments.insert)
        return
    measured: dict[str, list[tuple[float, float]]] = {}
    for _ in range(arguments.rounds):
        for a_request in A_REQUEST:
            figures = ours(arguments.events, a_request, arguments.connections)
            measured.setdefault(f"end to end, {a_request} a request", []).append(figures)
        measured.setdefault(f"bare INSERT of {INSERT_EVENTS}", []).append(bare(arguments.events))
    print(f"{arguments.events} events, {os.cpu_count()} cores, {arguments.rounds} rounds")
    print(f"{'':>26}  {'events/s':>9}  {'events/CPU-s':>12}")
    for name, rounds in measured.items():
        rates, a_cpu_second = (statistics.median(values) for values in zip(*rounds, strict=True))
        print(f"{name:>26}  {rates:9,.0f}  {a_cpu_second:12,.0f}")


if __name__ == "__main__":
    main()
