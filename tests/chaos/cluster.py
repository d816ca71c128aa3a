"""Desireline service by service: a real Kafka, ClickHouse over HTTP behind a door, ingest, workers. Only processes,
ports and signals: what is inside them is nobody's business here.
"""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from confluent_kafka import Consumer, KafkaException, TopicPartition

from services.core.key import Kind, Right
from services.edges.clickhouse import Store, StoreError
from services.edges.keyring import Keyring
from tests.chaos.door import Door
from tests.chaos.ledger import PROJECT
from tests.chaos.service import WITHIN, Service, answers
from tests.clickhouse_server import ClickHouseProcess
from tests.kafka_server import KafkaServer, free_port

JOURNEY = Path(__file__).parent.parent.parent / "services" / "demo" / "shop.yaml"
PARTITIONS = 4


class Cluster:
    """All of them. `async with` starts everything and ends everything."""

    def __init__(self, folder: Path, workers: Sequence[str] = ("one", "two")) -> None:
        self._first = workers
        self.folder = folder
        self.kafka = KafkaServer(folder)
        (folder / "clickhouse").mkdir()
        self.clickhouse = ClickHouseProcess(folder / "clickhouse", free_port())
        self.door = Door(self.clickhouse.port)
        keyring = Keyring(folder / "keys.json")
        self.write_key = keyring.create(Kind.WRITE, PROJECT, [Right.HISTORICAL])
        self.read_key = keyring.create(Kind.READ, PROJECT)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.api_port = free_port()
        self.services: dict[str, Service] = {}
        self.ended_by_themselves: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        await asyncio.gather(asyncio.to_thread(self.kafka.start), asyncio.to_thread(self.clickhouse.start))
        await self.door.__aenter__()
        self.store = Store.open(f"{self.clickhouse.address}/chaos")
        self.service("ingest", "ingest").start()
        for name in self._first:
            self.worker(name).start()
        await answers(self.url + "/readyz")
        self._supervisor = asyncio.create_task(self._supervise())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._supervisor.cancel()
        for service in self.services.values():
            service.close()
        await self.door.__aexit__()
        with contextlib.suppress(ProcessLookupError, AssertionError):
            self.kafka.thaw()
        self.store.close()
        self.kafka.kill()
        self.clickhouse.kill()

    @property
    def workers(self) -> list[Service]:
        """Those that should be running."""
        return [one for name, one in self.services.items() if name in {"one", "two", "three"} and one.wanted]

    def service(self, name: str, command: str, **environment: str) -> Service:
        """A process under this name, not started yet."""
        given = {
            "kafka": self.kafka.address,
            "clickhouse": f"{self.door.address}/chaos",
            "keys_file": str(self.folder / "keys.json"),
            "journey": str(JOURNEY),
            "topic": "events",
            "partitions": str(PARTITIONS),
            "port": self.url.rpartition(":")[2],
            **environment,
        }
        named = {f"DESIRELINE_{key.upper()}": value for key, value in given.items()}
        made = self.services[name] = Service(self.folder, name, [command], named)
        return made

    def worker(self, name: str) -> Service:
        return self.services.get(name) or self.service(name, "stages", worker=name)

    async def stored(self) -> int:
        """How many records are applied and stored, over all partitions; -1 while nobody can say."""
        try:
            rows = await asyncio.to_thread(self.store.query, "SELECT sum(next_offset) AS records FROM positions FINAL")
        except StoreError:
            return -1
        return int(rows[0]["records"])

    async def moves(self) -> float:
        """Wait until a further position is stored; the seconds that took."""
        began, before = time.monotonic(), await self.stored()
        while (now := await self.stored()) <= before or before < 0:
            before = now if before < 0 else before
            assert time.monotonic() - began < WITHIN, f"nothing is stored any more:\n{self.said()}"
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    async def caught_up(self) -> None:
        """Wait until all that Kafka holds is applied and stored, for as long as it goes on."""
        end, before = await asyncio.to_thread(self._end), -1
        deadline = time.monotonic() + WITHIN
        while (stored := await self.stored()) != end:
            if stored > before:
                before, deadline = stored, time.monotonic() + WITHIN
            assert time.monotonic() < deadline, f"{stored} of {end} records are stored:\n{self.said()}"
            await asyncio.sleep(0.2)

    def _end(self) -> int:
        consumer = Consumer({"bootstrap.servers": self.kafka.address, "group.id": "ends", "log_level": 0})
        try:
            ends = [
                consumer.get_watermark_offsets(TopicPartition("events", number), timeout=30)[1]
                for number in range(PARTITIONS)
            ]
        except KafkaException as error:
            raise AssertionError("Kafka does not tell where the topic ends") from error
        finally:
            consumer.close()
        return sum(ends)

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            for service in self.services.values():
                if service.wanted and service.code is not None:
                    self.ended_by_themselves[f"{service.name}: {service.code}"] += 1
                    service.start()

    @property
    def rebalances(self) -> int:
        """How often the group shared its partitions out anew, by the words of its members."""
        said = (log.read_text(errors="replace") for log in self.folder.glob("*.log") if log.name != "kafka.log")
        return (
            len({number for text in said for number in re.findall(r"Joined group .* \(generation (\d+)\)", text)}) - 1
        )

    def said(self) -> str:
        """The last words of each service."""
        ends = {log.name: log.read_text(errors="replace")[-1500:] for log in self.folder.glob("*.log")}
        return "\n".join(f"--- {name}\n{end}" for name, end in ends.items() if name != "kafka.log")
