"""A running ingest with a key, and what is on its topic, whoever asks."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from services.core.event import Event
from services.core.key import Kind
from services.core.refusal import Reason
from services.core.terms import Manner, Terms
from services.edges.broker import Broker
from services.edges.keyring import Keyring
from tests.ingest.conftest import read_topic
from tests.ingest.serving import serving


@dataclass(frozen=True)
class Ingest:
    """Ingest on a port, with a key."""

    broker: Broker
    address: str
    key: str

    def events(self) -> list[Event]:
        """All that was taken until now; read by a thread, as what drives a browser holds the loop of this one."""
        with ThreadPoolExecutor(1) as reader:
            values = reader.submit(lambda: asyncio.run(read_topic(self.broker.address, "events"))).result()
        return [msgspec.json.decode(value, type=Event) for value in values]

    def dropped(self, reason: Reason) -> float:
        """Events that were not taken for this reason."""
        counted = f'desireline_ingest_events_refused_total{{reason="{reason.value}"}} '
        lines = httpx.get(f"{self.address}/metrics", timeout=60).text.splitlines()
        return sum(float(line.removeprefix(counted)) for line in lines if line.startswith(counted))


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Ingest]:
    # The browsers of these tests are driven, and say so.
    key = Keyring(folder / "keys.json").create(Kind.WRITE, "shop", terms=Terms(robots=Manner.IGNORE))
    with Broker() as broker, serving(broker, folder, **settings) as (_, address):
        yield Ingest(broker, address, key)
