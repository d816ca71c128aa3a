"""What visitors do and in which order it arrives: the demo's shop, without end, drawn from a seed.

Events come out of order (within the allowance), twice, and by whole visits much too late. A second kind of
visitor is here now: their events carry no watermark and close by the wall clock.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from random import Random
from typing import NamedTuple

from services.demo.simulator import Simulator
from services.replay.message import Outgoing

MINUTE = 60_000
APART = 25_000
"""Milliseconds between two visits' beginnings, on average."""
JITTER = 15 * MINUTE
"""How much later than its turn an event may arrive; what closed meanwhile can be reopened for 30 minutes."""
DISORDERED, DOUBLED, LATE, RETURNING = 0.08, 0.03, 0.01, 0.25
"""Shares: of events out of turn and of events sent twice; of visits that arrive hours late and that are not a first."""


class Kind(Enum):
    """By which clock a visit closes, and whether it is in time."""

    HISTORY = "history"
    LATE = "late"
    LIVE = "live"


class Parcel(NamedTuple):
    """Events that travel in one request. `due` is when it is their turn, in the data's own time."""

    due: int
    kind: Kind
    events: list[Outgoing]


class Visit(NamedTuple):
    """One visit's events, in the order in which they happened."""

    late: bool
    events: list[Outgoing]


class Shop:
    """Draws visits in the order of their beginning; some visitors come back, sometimes before their session is over."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._simulator = Simulator(until=datetime.now(UTC), seed=seed % 2**32)
        self._numbers = count(1)
        self._lately: deque[tuple[int, int, int]] = deque(maxlen=60)  # ended at, visitor, visits until now

    def visits(self, since: int) -> Iterator[Visit]:
        at = since
        while True:
            at += int(self._random.expovariate(1 / APART))
            yield self._visit(at)

    def _visit(self, at: int) -> Visit:
        visitor, number = self._who(at)
        events = self._simulator.visit(at, visitor, number)
        # Only of somebody who never comes otherwise: what joins an older session of theirs is another question.
        late = number == 0 and self._random.random() < LATE
        if not late and number < 5:
            self._lately.append((events[-1].at, visitor, number + 1))
        return Visit(late, events)

    def _who(self, at: int) -> tuple[int, int]:
        gone = [one for one in self._lately if one[0] < at]
        if not gone or self._random.random() > RETURNING:
            return next(self._numbers), 0
        back = self._random.choice(gone)
        self._lately.remove(back)
        return back[1:]


def history(seed: int, since: int) -> Iterator[Parcel]:
    """Parcels of history in the order in which it is their turn."""
    random, turn = Random(seed), count()
    waiting: list[tuple[int, int, Parcel]] = []

    def send(due: int, kind: Kind, events: list[Outgoing]) -> None:
        heapq.heappush(waiting, (due, next(turn), Parcel(due, kind, events)))

    for late, events in Shop(seed).visits(since):
        while waiting and waiting[0][0] < events[0].at:
            yield heapq.heappop(waiting)[2]
        if late:
            send(events[-1].at + random.randint(200, 400) * MINUTE, Kind.LATE, events)
            continue
        for event in events:
            for _ in range(1 + (random.random() < DOUBLED)):
                delay = random.randint(0, JITTER) if random.random() < DISORDERED else 0
                send(event.at + delay, Kind.HISTORY, [event])


class Passers:
    """Draws visitors who are here now, or were within the last hour and a half; their clients never say `sentAt`."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._simulator = Simulator(until=datetime.now(UTC), seed=seed % 2**32 + 1)
        self._numbers = count(1)

    def visit(self, now: int) -> list[Parcel]:
        """A visit that is over: in one request, or in two of which the second half comes first."""
        number = next(self._numbers)
        events = self._simulator.visit(0, number, 0)
        began = now - events[-1].at - self._random.randint(1_000, 90 * MINUTE)
        events = self._simulator.visit(began, number, 0)
        cut = len(events) // 2 if self._random.random() < 0.3 else 0
        return [Parcel(0, Kind.LIVE, half) for half in (events[cut:], events[:cut]) if half]
