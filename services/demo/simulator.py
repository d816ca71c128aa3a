"""The people of the demo's shop as a client library would post their events, in the order of time, from one seed."""

import heapq
from collections.abc import Iterator
from datetime import datetime

from services.demo.calendar import starts
from services.demo.people.lived import Lived
from services.demo.people.town import Visit, lead
from services.demo.planted import FAULTS
from services.demo.wire import encode
from services.replay.message import Outgoing


class Simulator:
    """Draws the visitors of a shop. The same seed and period always give the same events."""

    def __init__(self, *, until: datetime, visitors: int = 2_800, days: int = 14, seed: int = 1) -> None:
        self.lived: list[Lived] = []
        self._until = int(until.timestamp() * 1000)
        self._visitors = visitors
        self._days = days
        self._seed = seed

    def events(self) -> Iterator[Outgoing]:
        """Every event of the period in the order of time; fills `lived` on the way."""
        waiting: list[Outgoing] = []
        for start in sorted(starts(self._seed, self._visitors, self._until, self._days)):
            while waiting and waiting[0].at < start.at:
                yield heapq.heappop(waiting)
            lived, events = self._lead(start.at, start.number, start.earlier)
            self.lived.append(lived)
            for event in events:
                heapq.heappush(waiting, event)
        while waiting:
            yield heapq.heappop(waiting)

    def visit(self, at: int, visitor: int, number: int) -> list[Outgoing]:
        """The events of one visit that starts `at`, in the order of time."""
        return self._lead(at, visitor, number)[1]

    def _lead(self, at: int, visitor: int, number: int) -> tuple[Lived, list[Outgoing]]:
        lived, events = lead(Visit(self._seed, visitor, number, at), FAULTS)
        return lived, sorted(map(encode, events))
