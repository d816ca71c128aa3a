"""A running Desireline, three ways: in one process; in one process on a ClickHouse server; service by service on Kafka.

The cases are the same for each. They are told apart by project, so one installation serves them all.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from services.core.key import Kind, Right
from services.edges.keyring import Keyring
from tests.kafka_server import KafkaServer, free_port

JOURNEY = """\
journey: test_shop
currency: USD
stages:
  - {name: browse, role: browse, enter: {event: view}}
  - {name: cart, role: basket, enter: {event: cart}}
  - name: checkout
    role: checkout
    enter: {event: checkout}
    steps:
      - {name: payment, enter: {path: "/checkout/payment"}}
  - {name: purchase, role: done, enter: {event: purchase}}
jobs:
  - name: gift
    when: I am invited and have no idea what to bring
    want: find something fitting within a day
    so_that: my friend feels seen
    evidence:
      - {match: {path: "/gifts/**"}, weight: 3}
    outcome: {event: purchase}
"""

COMMAND = str(Path(sys.executable).parent / "desireline")
READY_WITHIN = 60.0
STOP_WITHIN = 15.0
SEEN_WITHIN = 30.0


@dataclass(frozen=True)
class Project:
    """A project of its own on an installation, with a key of each kind that its tests need."""

    name: str
    ingest: str
    api: str
    write_key: str
    read_key: str

    def send(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Post events as a client library would."""
        return httpx.post(self.ingest + path, json=body, auth=(self.write_key, ""), timeout=30)

    def ask(self, path: str, **parameters: Any) -> Any:
        """Ask a question; the answer as JSON."""
        headers = {"Authorization": f"Bearer {self.read_key}"}
        response = httpx.get(self.api + path, params=parameters, headers=headers, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()

    def ask_until(self, holds: Callable[[Any], bool], path: str, **parameters: Any) -> Any:
        """Ask until the answer is as awaited, since a 200 of a Kafka means accepted, not yet counted."""
        deadline = time.monotonic() + SEEN_WITHIN
        while not holds(answer := self.ask(path, **parameters)):
            assert time.monotonic() < deadline, f"still {answer}"
            time.sleep(0.1)
        return answer


@dataclass
class Installation:
    """Processes that together are a Desireline, and the file of their keys."""

    folder: Path
    environment: dict[str, str]
    ingest: str = ""
    api: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def project(self) -> Project:
        """A project nobody has used."""
        keyring, name = Keyring(self.keys), f"shop-{uuid4().hex[:8]}"
        write = keyring.create(Kind.WRITE, name, [Right.HISTORICAL])
        return Project(name, self.ingest, self.api, write, keyring.create(Kind.READ, name, []))

    def run(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command of ours."""
        with (self.folder / f"{command[0]}.log").open("ab") as said:
            process = subprocess.Popen(
                [COMMAND, *command],
                env={**os.environ, **self.environment, **environment},
                stdout=said,
                stderr=said,
            )
        self.processes.append(process)
        return process

    def wait_until_ready(self) -> None:
        """Raises with what the processes said where one does not come up."""
        deadline = time.monotonic() + READY_WITHIN
        while not (_is_ready(self.ingest) and _is_ready(self.api)):
            if time.monotonic() > deadline or any(process.poll() is not None for process in self.processes):
                raise RuntimeError("\n".join(log.read_text() for log in self.folder.glob("*.log")))
            time.sleep(0.05)

    def wait_for_journey(self) -> None:
        """The stages store it at their start; until then no question can be answered."""
        project = self.project()
        headers = {"Authorization": f"Bearer {project.read_key}"}
        deadline = time.monotonic() + READY_WITHIN
        while httpx.get(f"{self.api}/v1/funnel", headers=headers, timeout=60).status_code == 409:
            assert time.monotonic() < deadline, "the stages service stored no journey"
            time.sleep(0.05)

    def stop(self) -> list[int]:
        """Tell all to stop; their exit codes."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        return [process.wait(STOP_WITHIN) for process in self.processes]

    def kill(self) -> None:
        """End all at once, as a power cut of the process would."""
        for process in self.processes:
            process.kill()
            process.wait(STOP_WITHIN)
        self.processes.clear()


def _is_ready(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    return False


def prepared(folder: Path, **environment: str) -> Installation:
    """An installation in a folder, with its journey and without a process yet."""
    journey = folder / "journey.yaml"
    journey.write_text(JOURNEY)
    named = {f"DESIRELINE_{name.upper()}": value for name, value in environment.items()}
    keys = {"DESIRELINE_KEYS_FILE": str(folder / "keys.json"), "DESIRELINE_DATA_DIR": str(folder / "data")}
    return Installation(folder, {"DESIRELINE_JOURNEY": str(journey), **keys, **named})


def start_embedded(made: Installation) -> None:
    """Start everything in one process."""
    made.ingest = made.api = f"http://127.0.0.1:{free_port()}"
    made.run("up", "--port", made.api.rpartition(":")[2])
    made.wait_until_ready()


def start_services(made: Installation) -> None:
    """Start each service as a process of its own."""
    made.ingest, made.api = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    made.run("api", DESIRELINE_PORT=made.api.rpartition(":")[2])
    made.run("ingest", DESIRELINE_PORT=made.ingest.rpartition(":")[2])
    made.run("stages", DESIRELINE_WORKER="one")
    made.wait_until_ready()
    made.wait_for_journey()


@contextlib.contextmanager
def embedded(folder: Path, **environment: str) -> Iterator[Installation]:
    """One process, one folder."""
    made = prepared(folder, **environment)
    start_embedded(made)
    yield made
    assert made.stop() == [0]


@contextlib.contextmanager
def on_kafka(folder: Path, kafka: KafkaServer, clickhouse: str) -> Iterator[Installation]:
    """Service by service, on a real Kafka and ClickHouse over HTTP."""
    topic = f"events-{uuid4().hex[:8]}"
    made = prepared(folder, kafka=kafka.address, clickhouse=clickhouse, topic=topic, group=topic, partitions="4")
    start_services(made)
    yield made
    assert made.stop() == [0, 0, 0]
