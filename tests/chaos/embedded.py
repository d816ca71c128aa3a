"""The same trial for `desireline up`: one process, one folder, killed again and again under clients that retry.

Here a 200 means stored, and each start is a new log.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from services.core.key import Kind, Right
from services.edges.clickhouse import Store
from services.edges.journey_file import load_journey
from services.edges.keyring import Keyring
from tests.chaos.client import Client
from tests.chaos.cluster import JOURNEY
from tests.chaos.disasters import INGEST_POINTS, WORKER_POINTS
from tests.chaos.judgement import Differs, Judgement
from tests.chaos.ledger import PROJECT, Ledger
from tests.chaos.service import WITHIN, Service, answers
from tests.chaos.trial import Say, funnel_of
from tests.clickhouse_server import ClickHouseProcess
from tests.kafka_server import free_port


@dataclass(frozen=True)
class EmbeddedTrial:
    """What to try: so many kills, about half of them at crash points, and at least so many events."""

    seed: int
    kills: int
    events: int
    rate: float = 400

    def points(self) -> list[str]:
        """Where to die each time, "" for wherever it happens to be."""
        random = Random(self.seed)
        every = [*WORKER_POINTS, *INGEST_POINTS]
        points = [random.choice(every) if random.random() < 0.5 else "" for _ in range(self.kills)]
        return random.sample(points, len(points))

    def __str__(self) -> str:
        places = ", ".join(point or "anywhere" for point in self.points())
        return f"seed {self.seed}: `up` killed {self.kills} times under {self.rate:g} events a second: {places}"


class Installation:
    """An `up` in a folder, at a port that stays."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        self.url = f"http://127.0.0.1:{free_port()}"
        keyring = Keyring(self.data / "keys.json")
        self.write_key = keyring.create(Kind.WRITE, PROJECT, [Right.HISTORICAL])
        self.read_key = keyring.create(Kind.READ, PROJECT)
        port = self.url.rpartition(":")[2]
        command = ["up", "--data", str(self.data), "--journey", str(JOURNEY), "--port", port]
        self.up = Service(folder, "up", command, {})

    async def start(self) -> float:
        """Start; the seconds until it serves."""
        began = time.monotonic()
        self.up.start()
        serving = asyncio.create_task(answers(f"{self.url}/readyz"))
        while not serving.done():
            assert self.up.code is None, f"it ended with {self.up.code}:\n{self.said}"
            await asyncio.wait([serving], timeout=0.1)
        await serving
        return time.monotonic() - began

    async def die(self, point: str) -> None:
        """By SIGKILL, at a crash point where one is named."""
        if not point:
            return await self.up.kill()
        self.up.orders.give(point)
        assert await self.up.ended(WITHIN) is not None, f"it did not come to {point!r} within {WITHIN} s"
        return None

    @property
    def said(self) -> str:
        return self.up.log.read_text(errors="replace")[-2000:]


async def run(trial: EmbeddedTrial, folder: Path, say: Say) -> str:
    """Load, kills, judgement: a report. Raises Differs, with all that is needed to do it again."""
    say(str(trial))
    made, ledger = Installation(folder), Ledger(folder / "ledger.ndjson")
    try:
        await made.start()
        seconds = await _under_load(trial, made, ledger, say)
        report = await _judged(made, ledger)
    except AssertionError as error:
        raise Differs(f"{error}\n\nTo do it again: {trial}\n{made.said}") from error
    finally:
        made.up.close()
        ledger.close()
    served = f"{sorted(seconds)[len(seconds) // 2]:.1f} s in the middle, {max(seconds):.1f} s at most"
    return f"{report}\nserves again after {served} ({len(seconds)} kills)"


async def _under_load(trial: EmbeddedTrial, made: Installation, ledger: Ledger, say: Say) -> list[float]:
    async with Client(made.url, made.write_key, ledger, trial.seed) as client:
        killing = asyncio.create_task(_kill(trial, made, say))
        enough: Callable[[], bool] = lambda: killing.done() and (ledger.lines >= trial.events or _failed(killing))  # noqa: E731
        sending = asyncio.create_task(client.run(trial.rate, enough))
        try:
            seconds, _ = await asyncio.gather(killing, sending)
        finally:
            for task in (killing, sending):
                task.cancel()
            await asyncio.gather(killing, sending, return_exceptions=True)
    return seconds


def _failed(task: "asyncio.Task[list[float]]") -> bool:
    return task.cancelled() or task.exception() is not None


async def _kill(trial: EmbeddedTrial, made: Installation, say: Say) -> list[float]:
    random, seconds = Random(trial.seed), []
    for number, point in enumerate(trial.points(), 1):
        await asyncio.sleep(random.uniform(0.3, 4.0))
        await made.die(point)
        seconds.append(await made.start())
        say(f"{number}/{trial.kills} killed {point or 'anywhere'}: serves again after {seconds[-1]:.1f} s")
    return seconds


async def _judged(made: Installation, ledger: Ledger) -> str:
    events = ledger.events()
    since, until = min(one.occurred_at for one in events), max(one.occurred_at for one in events)
    async with httpx.AsyncClient(timeout=60, headers={"Authorization": f"Bearer {made.read_key}"}) as asking:
        funnel = await funnel_of(asking, made.url, since, until)
    assert await made.up.stop() == 0, f"told to stop it ended with {made.up.code}:\n{made.said}"
    return await asyncio.to_thread(_judge, made, ledger, funnel)


def _judge(made: Installation, ledger: Ledger, funnel: dict[str, object]) -> str:
    """The folder belongs to nobody now: another process serves it to us."""
    database = ClickHouseProcess(made.data / "database")
    database.start()
    try:
        store = Store.open(f"{database.address}/default", bring_up_to_date=False)
        judgement = Judgement(store, ledger.events(), load_journey(JOURNEY))
        said = f"{judgement.pronounce()}; {judgement.same_funnel(funnel)}"
        store.close()
    finally:
        database.kill()
    return said
