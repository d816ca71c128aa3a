"""One trial of a cluster: load by the ledger client, disasters by the schedule, and the judgement at the end."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from services.edges.journey_file import load_journey
from tests.chaos.client import Client
from tests.chaos.cluster import JOURNEY, Cluster
from tests.chaos.disasters import AWAY_SECONDS, KINDS, LONG, SHORT, SHORT_AWAY_SECONDS, Disaster, draw
from tests.chaos.judgement import Differs, Judgement
from tests.chaos.ledger import Ledger
from tests.chaos.service import WITHIN, answers

Say = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """What to try: a seed draws the visitors and the schedule."""

    seed: int
    events: int
    rate: float
    schedule: list[Disaster]

    @classmethod
    def long(cls, seed: int, events: int) -> "Trial":
        return cls(seed, events, 700, draw(Random(seed), LONG, AWAY_SECONDS))

    @classmethod
    def short(cls, seed: int) -> "Trial":
        return cls(seed, 20_000, 300, draw(Random(seed), SHORT, SHORT_AWAY_SECONDS))

    def __str__(self) -> str:
        lines = [
            f"seed {self.seed}, at least {self.events} events, {self.rate:g} a second, {len(self.schedule)} disasters:"
        ]
        return "\n".join(lines + [f"  {number:3} {one}" for number, one in enumerate(self.schedule, 1)])


@dataclass
class Conductor:
    """Does to a cluster what the schedule says, and measures how long it takes to store again."""

    cluster: Cluster
    say: Say
    seconds: dict[str, list[float]] = field(default_factory=dict)

    async def conduct(self, schedule: list[Disaster]) -> None:
        for number, disaster in enumerate(schedule, 1):
            await asyncio.sleep(disaster.after_seconds)
            became = await KINDS[disaster.kind](self.cluster, disaster.subject)
            said = f"{number}/{len(schedule)} {disaster.kind} {disaster.subject}: {became}"
            if disaster.awaited:
                took = await self.cluster.moves()
                self.seconds.setdefault(disaster.kind, []).append(took)
                said += f", stores again after {took:.1f} s"
            self.say(said)


async def run(trial: Trial, folder: Path, say: Say) -> str:
    """Load, disasters, judgement: a report. Raises Differs, with all that is needed to do it again."""
    say(str(trial))
    ledger = Ledger(folder / "ledger.ndjson")
    async with Cluster(folder) as cluster:
        conductor = Conductor(cluster, say)
        try:
            counted = await _under_load(trial, conductor, ledger)
            await cluster.caught_up()
            report = await _judged(cluster, ledger)
        except AssertionError as error:
            raise Differs(f"{error}\n\nTo do it again: {trial}\n{dict(cluster.ended_by_themselves)}") from error
        finally:
            ledger.close()
        return "\n".join([report, *_told(conductor, counted)])


async def _under_load(trial: Trial, conductor: Conductor, ledger: Ledger) -> Counter[str]:
    cluster = conductor.cluster
    async with Client(cluster.url, cluster.write_key, ledger, trial.seed) as client:
        conducting = asyncio.create_task(conductor.conduct(trial.schedule))

        def enough() -> bool:
            return conducting.done() and (ledger.lines >= trial.events or conducting.exception() is not None)

        sending = asyncio.create_task(client.run(trial.rate, enough))
        try:
            await asyncio.gather(conducting, sending)
        finally:
            for task in (conducting, sending):
                task.cancel()
            await asyncio.gather(conducting, sending, return_exceptions=True)
        return client.answers


async def _judged(cluster: Cluster, ledger: Ledger) -> str:
    events = ledger.events()
    judgement = await asyncio.to_thread(Judgement, cluster.store, events, load_journey(JOURNEY))
    await _import_ended(cluster)
    for worker in cluster.workers:
        await worker.stop()  # sessions of those who are here now close by the clock: not while we look
    said = await asyncio.to_thread(judgement.pronounce)
    since, until = min(one.occurred_at for one in events), max(one.occurred_at for one in events)
    return f"{said}; {judgement.same_funnel(await _funnel(cluster, since, until))}"


async def _import_ended(cluster: Cluster) -> None:
    """The end of an import is a record like others; what it closes is written with the next checkpoint."""
    open_ones = "SELECT count() AS n FROM sessions FINAL WHERE historical AND state = 'open'"
    deadline = time.monotonic() + WITHIN
    while (left := (await asyncio.to_thread(cluster.store.query, open_ones))[0]["n"]) > 0:
        assert time.monotonic() < deadline, f"{left} sessions of the import are still open"
        await asyncio.sleep(0.2)


async def _funnel(cluster: Cluster, since: int, until: int) -> dict[str, Any]:
    api = cluster.service("api", "api", port=str(cluster.api_port))
    api.start()
    url = f"http://127.0.0.1:{cluster.api_port}"
    await answers(f"{url}/readyz")
    async with httpx.AsyncClient(timeout=60, headers={"Authorization": f"Bearer {cluster.read_key}"}) as asking:
        return await funnel_of(asking, url, since, until)


async def funnel_of(asking: httpx.AsyncClient, url: str, since: int, until: int) -> dict[str, Any]:
    """The funnel over the stages, of all sessions between two moments in milliseconds."""
    bounds = {name: f"{at // 1000}" for name, at in (("from", since), ("to", until + 1000))}
    parameters = {name: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(at))) for name, at in bounds.items()}
    answer = await asking.get(f"{url}/v1/funnel", params=parameters | {"same_second": "event_id"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _told(conductor: Conductor, counted: Counter[str]) -> list[str]:
    lines = [f"ingest answered: {dict(counted)}; {conductor.cluster.rebalances} rebalances"]
    if ended := conductor.cluster.ended_by_themselves:
        lines.append(f"ended at a crash point or by themselves, and were started again: {dict(ended)}")
    for kind, seconds in sorted(conductor.seconds.items()):
        lines.append(
            f"{kind}: stores again after {sorted(seconds)[len(seconds) // 2]:.1f} s in the middle, "
            f"{max(seconds):.1f} s at most ({len(seconds)} times)"
        )
    return lines
