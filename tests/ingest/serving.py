"""Ingest as a process of its own, for tests that need a port."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from services.edges.broker import Broker
from tests.kafka_server import free_port

SERVE = "from services.ingest.server import run; from services.settings import Settings; run(Settings())"


@contextmanager
def serving(
    broker: Broker, folder: Path, before: str = "", **settings: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and its address, once it is ready. `before` is what it runs first: other limits, say."""
    port = free_port()
    told = settings | {"KAFKA": broker.address, "PORT": str(port), "KEYS_FILE": str(folder / "keys.json")}
    environment = {f"DESIRELINE_{name}": value for name, value in told.items()}
    process = subprocess.Popen([sys.executable, "-c", f"{before}\n{SERVE}"], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _await_ready(address, process)
        yield process, address
    finally:
        process.kill()
        process.wait()


def _await_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("ingest did not get ready")
