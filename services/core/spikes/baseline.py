"""What is usual at an hour: the rate of the same hour of the week, else of the day type's hour, else of all hours.

Weeks are those of the journey's time zone, so that a shop's Monday morning stays one through a change of the clocks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from services.core.stats.borrowing import NOTHING, Known, known, leaning, spread_between, united
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
    doubt: float = 0.0  # the part of `correlation` that hours close by have in common

    def affected(self, exposed: int) -> float:
        return self.rate * exposed

    def spread(self, exposed: int) -> float:
        """The standard deviation of the rate seen among so many."""
        return float((self.variance(exposed, self.correlation)) ** 0.5 / exposed)

    def variance(self, exposed: int, correlation: float) -> float:
        """Of how many are affected, where they vary so."""
        return exposed * self.rate * (1 - self.rate) * (1 + (exposed - 1) * correlation)


def together(parts: Sequence[tuple[Window, Expected]]) -> tuple[Window, Expected]:
    """Windows as one: each varies for itself, the doubt about what is usual is the same in all of them."""
    window = Window(sum(one.exposed for one, _ in parts), sum(one.affected for one, _ in parts))
    rate = sum(expected.affected(one.exposed) for one, expected in parts) / window.exposed
    alone = sum(expected.variance(one.exposed, expected.correlation - expected.doubt) for one, expected in parts)
    shared = sum(one.exposed * (expected.rate * (1 - expected.rate) * expected.doubt) ** 0.5 for one, expected in parts)
    beyond = (alone + shared**2) / (window.exposed * rate * (1 - rate)) - 1
    newest = parts[-1][1]
    correlation = min(HIGHEST, max(0.0, beyond / (window.exposed - 1)))
    return window, Expected(rate, correlation, newest.level, newest.windows)


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
WIDER: Mapping[Level, tuple[Level, Callable[[Any], Hashable]]] = {
    Level.SAME_HOUR: (Level.DAY_TYPE, day_type),
    Level.DAY_TYPE: (Level.GLOBAL, lambda hour: None),
}
"""On which hours those of a level lean: the level, and the group there of a group here."""

HIGHEST = 0.9
"""Correlation: 1 would be all or nobody."""


class Baseline:
    """Knows what is usual for one cell, from the hours before. Hours within past incidents must not be among them."""

    def __init__(self, series: Series, zone: ZoneInfo) -> None:
        self._zone = zone
        same_hour: defaultdict[Hashable, list[Window]] = defaultdict(list)
        for hour, window in series.items():
            if window.exposed:
                same_hour[local_hour(hour, zone)].append(window)
        self._groups: dict[Level, Mapping[Hashable, list[Window]]] = {Level.SAME_HOUR: same_hour}
        for level, (wider, family_of) in WIDER.items():
            self._groups[wider] = _joined(self._groups[level], family_of)
        self._learned: dict[Level, _Learned] = {}

    def expect(self, hour: int) -> Expected | None:
        """What is usual at this hour; None while too little is known."""
        place = local_hour(hour, self._zone)
        for level, (alike, least) in GROUPINGS.items():
            windows = self._groups[level].get(alike(place), [])
            if len(windows) >= least:
                learned = self._learned.get(level) or self._learn(level)
                return learned.expect(place, len(windows))
        return None

    def _learn(self, level: Level) -> "_Learned":
        self._learned[level] = learned = _Learned(self._groups, level)
        return learned


class _Learned:
    """What hours of a level have shown, each leaning on those of the wider levels."""

    def __init__(self, groups: Mapping[Level, Mapping[Hashable, list[Window]]], level: Level) -> None:
        self._level = level
        self._correlation = intraclass_correlation(groups[level].values())
        self._known = {level: {name: known(some, self._correlation) for name, some in groups[level].items()}}
        self._families: dict[Level, Mapping[Hashable, list[Known]]] = {}
        self._between: dict[Level, float] = {}
        while level in WIDER:
            level = self._widen(level)

    def expect(self, place: tuple[int, int], windows: int) -> Expected:
        usual = self._usual(self._level, GROUPINGS[self._level][0](place))
        # Jeffreys' halves, so that never seen is not impossible.
        rate, doubt = (usual.weight * usual.rate + 0.5) / (usual.weight + 1), 1 / (usual.weight + 1)
        return Expected(rate, min(HIGHEST, self._correlation + doubt), self._level, windows, doubt)

    def _usual(self, level: Level, group: Hashable, apart: Known = NOTHING) -> Known:
        """What is known of a group; `apart` is the part of it that leans on the rest."""
        own = self._known[level][group]
        if level not in WIDER:
            return own.without(apart)
        wider, family_of = WIDER[level]
        family = family_of(group)
        siblings = len(self._families[level][family]) - 1
        between = self._between[level] * (1 + 1 / max(1, siblings))
        return leaning(own.without(apart), self._usual(wider, family, own), between)

    def _widen(self, level: Level) -> Level:
        """Learn the families of a level's groups, and how far their members differ."""
        wider, family_of = WIDER[level]
        families = _joined({name: [one] for name, one in self._known[level].items()}, family_of)
        whole = {family: united(members) for family, members in families.items()}
        self._families[level], self._known[wider] = families, whole
        self._between[level] = spread_between((whole[family], members) for family, members in families.items())
        return wider


T = TypeVar("T")


def _joined(groups: Mapping[Hashable, list[T]], family_of: Callable[[Any], Hashable]) -> Mapping[Hashable, list[T]]:
    joined: defaultdict[Hashable, list[T]] = defaultdict(list)
    for name, some in groups.items():
        joined[family_of(name)] += some
    return joined
