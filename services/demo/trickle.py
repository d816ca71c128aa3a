"""Live visitors of the simulated shop: a few at a time, each act sent when it happens."""

import asyncio
import heapq
from datetime import UTC, datetime
from itertools import count
from time import time

from services.demo.simulator import Simulator
from services.replay.message import Outgoing, Target
from services.replay.sender import Sender

_VISIT_EVERY_MS = 4_000
_LOOK_EVERY = 0.5


async def trickle(target: Target, seed: int) -> None:
    """Send visitors until cancelled. Raises SendError where the installation takes no more."""
    simulator = Simulator(until=datetime.now(UTC), seed=seed)
    waiting: list[Outgoing] = []
    visitors = count()
    next_visit_at = _now()
    async with Sender(target, historical=False) as sender:
        while True:
            now = _now()
            if next_visit_at <= now:
                for event in simulator.visit(next_visit_at, next(visitors), 0):
                    heapq.heappush(waiting, event)
                next_visit_at += _VISIT_EVERY_MS
            due = []
            while waiting and waiting[0].at <= now:
                due.append(heapq.heappop(waiting))
            if due:
                await sender.send(due)
            await asyncio.sleep(_LOOK_EVERY)


def _now() -> int:
    return int(time() * 1000)
