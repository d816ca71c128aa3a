"""What becomes of events on their way: some are lost, some come twice, most a moment late and a few much later."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from random import Random

import msgspec

from services.core.event import Event
from services.demo.people.town import Visited

LOST = 0.004
"""Share of events that never come, each by itself."""

CUT_OFF = 0.01
"""Share of visits of which the last two seconds never come: the page was closed before it could send."""

TWICE = 0.01
"""Share of batches that come twice: sent again though they had come."""

OVERTAKEN = 0.02
"""Share of batches that come only at the second or third try, after those behind them."""

OFFLINE = 0.02
"""Share of visits that lose their connection for some minutes and send all of these at once."""

BATCH_MS = 2_000
"""How long a page gathers events before it sends them."""


def arrive(visits: Iterable[Visited], seed: int) -> list[Event]:
    """The events of all visits in the order in which they arrive."""
    rng = Random(seed)
    arrived = [event for visit in visits for event in _sent(visit.events, rng)]
    return sorted(arrived, key=lambda one: one.received_at)


def _sent(events: list[Event], rng: Random) -> Iterator[Event]:
    told = sorted(events, key=lambda one: one.occurred_at)
    last = told[-1].occurred_at - (2000 if rng.random() < CUT_OFF else 0)
    away, back = _offline(told, rng)
    for _, batch in groupby(told, key=lambda one: one.occurred_at // BATCH_MS):
        together = [one for one in batch if one.occurred_at <= last and rng.random() >= LOST]
        for _ in range(2 if rng.random() < TWICE else 1):
            late = rng.uniform(5_000, 60_000) if rng.random() < OVERTAKEN else 0
            takes = int(late + 1000 * rng.lognormvariate(-1.6, 0.6))
            for one in together:
                sent = (one.occurred_at // BATCH_MS + 1) * BATCH_MS
                at = back if away <= sent < back else sent
                yield msgspec.structs.replace(one, received_at=at + takes)


def _offline(events: list[Event], rng: Random) -> tuple[int, int]:
    """From when until when this visit had no connection."""
    if rng.random() >= OFFLINE:
        return 0, 0
    away = rng.choice(events).occurred_at
    return away, away + rng.randrange(30_000, 900_000)
