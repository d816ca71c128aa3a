"""What is usual at an hour: the rate of the same hour of the week, else of the day type's hour, else of all hours.

Weeks are those of the journey's time zone, so that a shop's Monday morning stays one through a change of the clocks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.core.stats.overdispersion import intraclass_correlation

HOUR_MS = 3_600_000
WEEKS = 4
LOOKBACK = WEEKS * 7 * 24
"""Hours."""
LEAST_USABLE = 3
LEAST_GLOBAL = 24


class Window(NamedTuple):
    """One hour of one cell: how many sessions could be affected, and how many were."""

    exposed: int
    affected: int


Series = Mapping[int, Window]
"""Hours since 1970 → counts. An hour that is missing had nobody."""


class Level(StrEnum):
    """With which hours a window is compared."""

    SAME_HOUR = "same_hour"
    DAY_TYPE = "day_type"
    GLOBAL = "global"
    OBJECTIVE = "objective"  # none: what the journey file asks for


class Expected(NamedTuple):
    """What is usual at one hour."""

    rate: float
    correlation: float  # of a new window, with the doubt about `rate` in it
    level: Level
    windows: int

    def affected(self, exposed: int) -> float:
        return self.rate * exposed

    def spread(self, exposed: int) -> float:
        """The standard deviation of the rate seen among so many."""
        chance = self.rate * (1 - self.rate) / exposed
        return float((chance * (1 + (exposed - 1) * self.correlation)) ** 0.5)


@lru_cache(maxsize=4096)
def local_hour(hour: int, zone: ZoneInfo) -> tuple[int, int]:
    """(weekday from Monday as 0, hour of the day)."""
    moment = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone)
    return moment.weekday(), moment.hour


def day_type(place: tuple[int, int]) -> Hashable:
    """Working day or weekend, and the hour."""
    weekday, hour = place
    return weekday >= 5, hour


GROUPINGS: Mapping[Level, tuple[Callable[[tuple[int, int]], Hashable], int]] = {
    Level.SAME_HOUR: (lambda place: place, LEAST_USABLE),
    Level.DAY_TYPE: (day_type, LEAST_USABLE),
    Level.GLOBAL: (lambda place: None, LEAST_GLOBAL),
}
"""Hours that are alike at each level, and how many of them are needed."""


class Baseline:
    """Knows what is usual for one cell, from the hours before. Hours within past incidents must not be among them."""

    def __init__(self, series: Series, zone: ZoneInfo) -> None:
        self._zone = zone
        self._groups: dict[Level, dict[Hashable, list[Window]]] = {}
        self._correlations: dict[Level, float] = {}
        usable = [(local_hour(hour, zone), window) for hour, window in series.items() if window.exposed]
        for level, (alike, _) in GROUPINGS.items():
            groups: defaultdict[Hashable, list[Window]] = defaultdict(list)
            for place, window in usable:
                groups[alike(place)].append(window)
            self._groups[level] = groups
            self._correlations[level] = intraclass_correlation(groups.values())

    def expect(self, hour: int) -> Expected | None:
        """What is usual at this hour; None while too little is known."""
        place = local_hour(hour, self._zone)
        for level, (alike, least) in GROUPINGS.items():
            windows = self._groups[level].get(alike(place), [])
            if len(windows) >= least:
                return _expected(windows, self._correlations[level], level)
        return None


def _expected(windows: list[Window], correlation: float, level: Level) -> Expected:
    """The pooled rate (Jeffreys', so that never seen is not impossible) and how far a new window may be off."""
    exposed = sum(window.exposed for window in windows)
    rate = (sum(window.affected for window in windows) + 0.5) / (exposed + 1)
    doubt = sum(one.exposed * (1 + (one.exposed - 1) * correlation) for one in windows) / exposed**2
    return Expected(rate, min(0.9, correlation + doubt), level, len(windows))
