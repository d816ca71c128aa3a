"""A real Apache Kafka for tests: one KRaft broker and controller on free ports, from the jars of deploy/kafka."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

JARS = Path(__file__).parent.parent / "deploy" / "kafka" / "target" / "libs"
READY_WITHIN = 120.0
PORTS = range(10_000, 32_000)
"""Below those that the kernel gives to clients: one that is killed and started again would find its own taken."""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={folder}/log
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=4
"""


def free_port() -> int:
    while True:
        port = random.choice(PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


class KafkaServer:
    """Runs a broker in a folder. Killed and started again it serves the same log at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._properties = folder / "server.properties"
        self._properties.write_text(PROPERTIES.format(port=self.port, controller=free_port(), folder=folder))
        storage = ["kafka.tools.StorageTool", "format", "-t", "desireline-test-kraft0", "-c", str(self._properties)]
        subprocess.run(self.java(*storage), check=True, stdout=subprocess.DEVNULL)

    @staticmethod
    def java(*arguments: str) -> list[str]:
        return ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}/*", *arguments]

    def start(self) -> None:
        with (self.folder / "kafka.log").open("ab") as log:
            command = self.java("kafka.Kafka", str(self._properties))
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                code = self._process.poll()
                self.kill()
                raise RuntimeError(
                    f"Kafka did not start (exit code {code}):\n{(self.folder / 'kafka.log').read_text()[-2000:]}"
                )

    def _answers(self) -> bool:
        with contextlib.suppress(KafkaException):
            AdminClient({"bootstrap.servers": self.address, "log_level": 0}).list_topics(timeout=1)
            return True
        return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def create_topic(self, topic: str, partitions: int) -> None:
        admin = AdminClient({"bootstrap.servers": self.address})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(timeout=30)

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing, as a machine does that swaps."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None


def missing() -> str:
    """What a real Kafka lacks here, "" if nothing."""
    if shutil.which("java") is None:
        return "a real Kafka needs Java 17 or later on the path"
    if not any(JARS.glob("kafka_2.13-*.jar")):
        return "a real Kafka needs its jars: mvn -q -B -f deploy/kafka/pom.xml dependency:copy-dependencies"
    return ""


def need_kafka() -> None:
    """Skip where a real Kafka cannot be had."""
    if lack := missing():
        # CI sets this, so that nothing it should have run is skipped there.
        (pytest.fail if os.environ.get("DESIRELINE_REQUIRE_ALL") == "1" else pytest.skip)(lack)


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    need_kafka()
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    server.start()
    yield server
    server.stop()
