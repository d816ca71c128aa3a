"""Fourteen days of visitors, from one seed, streamed in the order of time; what truly happened is kept beside it."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import NamedTuple

from services.demo import shop
from services.demo.truth import JOBS, Truth, Visit
from services.demo.walk import Walk
from services.demo.wire import encode
from services.replay.message import Outgoing

# Sessions by hour of the day (UTC) and by weekday, Monday first: quiet nights, busy evenings and Sundays.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 11, 12, 11, 10, 10, 10, 11, 13, 16, 18, 16, 10, 5)
_WEEKDAYS = (10, 10, 10, 10, 9, 11, 14)
_HOUR_MS = 3_600_000
_APART_MS = 2 * _HOUR_MS  # two visits of one visitor never run into one session
_JOB_WEIGHTS = tuple(job.weight for job in JOBS)
_VISITS = (1, 2, 3, 4)  # by one visitor within the period
_VISIT_WEIGHTS = (72, 18, 7, 3)


class _Start(NamedTuple):
    at: int
    visitor: int
    number: int


class Simulator:
    """Draws the visitors of a shop. The same seed and period always give the same events."""

    def __init__(self, *, until: datetime, visitors: int = 8_600, days: int = 14, seed: int = 1) -> None:
        self.truth = Truth()
        self._until = int(until.timestamp() * 1000)
        self._visitors = visitors
        self._days = days
        self._seed = seed

    def events(self) -> Iterator[Outgoing]:
        """Every event of the period in the order of time; fills `truth` on the way."""
        waiting: list[Outgoing] = []
        for start in sorted(self._starts()):
            while waiting and waiting[0].at < start.at:
                yield heapq.heappop(waiting)
            for event in self.visit(start.at, start.visitor, start.number):
                heapq.heappush(waiting, event)
        while waiting:
            yield heapq.heappop(waiting)

    def visit(self, at: int, visitor: int, number: int) -> Iterator[Outgoing]:
        """The events of one visit that starts `at`, in the order of time."""
        # A generator of its own for each visit: what one visitor does never depends on who else came.
        rng = Random(self._seed << 40 | visitor << 8 | number)
        name = f"sim-{self._seed}-{visitor:06}"
        [job] = rng.choices(JOBS, _JOB_WEIGHTS)
        [device] = rng.choices(shop.DEVICES, shop.DEVICE_WEIGHTS)
        visit = Visit(name, number, job.name, at)
        walk = Walk(visit, job, rng, device)
        walk.run()
        self.truth.visits.append(visit)
        for position, act in enumerate(walk.acts):
            message_id = f"{name}-{number}-{position:03}"
            yield Outgoing(act.at, name, encode(act, name, message_id, device.kind))

    def _starts(self) -> Iterator[_Start]:
        rng = Random(self._seed)
        # The last hour is left out, so that every visit is over by `until`.
        end = self._until // _HOUR_MS - 1
        hours = range(end - self._days * 24, end)
        busy = list(accumulate(map(_busy, hours)))
        for visitor in range(self._visitors):
            [visits] = rng.choices(_VISITS, _VISIT_WEIGHTS)
            starts = rng.choices(hours, cum_weights=busy, k=visits)
            moments = [hour * _HOUR_MS + rng.randrange(_HOUR_MS) for hour in starts]
            earlier = -_APART_MS
            for number, at in enumerate(sorted(moments)):
                if at - earlier >= _APART_MS:
                    yield _Start(at, visitor, number)
                earlier = at


def _busy(hour: int) -> int:
    """How many come in an hour, counted in hours since 1970, in proportion to other hours."""
    at = datetime.fromtimestamp(hour * 3600, UTC)
    return _HOURS[at.hour] * _WEEKDAYS[at.weekday()]
