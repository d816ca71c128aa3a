"""When people come: quiet nights, busy evenings and Sundays, and some come again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import NamedTuple

from services.demo.people.town import APART_MS

# Visits by hour of the day (UTC) and by weekday, Monday first.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 11, 12, 11, 10, 10, 10, 11, 13, 16, 18, 16, 10, 5)
_WEEKDAYS = (10, 10, 10, 10, 9, 11, 14)
_HOUR_MS = 3_600_000
_VISITS = (1, 2, 3, 4)  # of one visitor within the period
_VISIT_WEIGHTS = (72, 18, 7, 3)
_LAST_HOURS = 3
"""Left out, so that every visit is over in the end."""
_FIRST_HOURS = 3 * APART_MS // _HOUR_MS
"""Left out, so that there is room for the visits before."""


class Start(NamedTuple):
    """When a visit begins, in milliseconds, whose it is, and after how many earlier ones."""

    at: int
    number: int
    earlier: int


def starts(seed: int, visitors: int, until: int, days: int) -> Iterator[Start]:
    """When each of so many visitors comes within the days before a moment, in milliseconds."""
    rng = Random(seed)
    end = until // _HOUR_MS - _LAST_HOURS
    hours = range(end - days * 24 + _FIRST_HOURS, end)
    busy = list(accumulate(map(_busy, hours)))
    for number in range(visitors):
        [visits] = rng.choices(_VISITS, _VISIT_WEIGHTS)
        chosen = rng.choices(hours, cum_weights=busy, k=visits)
        for earlier, at in enumerate(_apart([hour * _HOUR_MS + rng.randrange(_HOUR_MS) for hour in chosen])):
            yield Start(at, number, earlier)


def _apart(moments: list[int]) -> list[int]:
    """In their order, none sooner after the one before than a visit takes: the one before is then earlier.

    So who comes how often, and with it all that people do, is the same whenever the period is.
    """
    placed: list[int] = []
    for at in sorted(moments, reverse=True):
        placed.append(min(at, placed[-1] - APART_MS) if placed else at)
    return placed[::-1]


def _busy(hour: int) -> int:
    """How many come in an hour, counted in hours since 1970, in proportion to other hours."""
    at = datetime.fromtimestamp(hour * 3600, UTC)
    return _HOURS[at.hour] * _WEEKDAYS[at.weekday()]
