"""What is usual at an hour: the rate of the same hour of the week, else of the day type's hour, else of all hours.

Weeks are those of the journey's time zone, so that a shop's Monday morning stays one through a change of the clocks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.core.stats.borrowing import Known, from_mean, known, leaning, spread_between, united
from services.core.stats.overdispersion import intraclass_correlation

HOUR_MS = 3_600_000
WEEK = 168
LOOKBACK = 4 * WEEK
"""Hours."""
LEAST_USABLE = 3
LEAST_GLOBAL = 24


class Window(NamedTuple):
    """One hour of one cell: how many sessions could be affected, and how many were."""

    exposed: int
    affected: int


Series = Mapping[int, Window]
"""Hours since 1970 → counts. An hour that is missing had nobody."""


def summed(series: Series, hours: range) -> Window:
    """All of these hours as one window."""
    windows = [series[hour] for hour in hours if hour in series]
    return Window(sum(one.exposed for one in windows), sum(one.affected for one in windows))


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


def day_type(place: tuple[int, int]) -> tuple[bool, int]:
    """Working day or weekend, and the hour."""
    weekday, hour = place
    return weekday >= 5, hour


GROUPINGS: Mapping[Level, tuple[Callable[[tuple[int, int]], Hashable], int]] = {
    Level.SAME_HOUR: (lambda place: place, LEAST_USABLE),
    Level.DAY_TYPE: (day_type, LEAST_USABLE),
    Level.GLOBAL: (lambda place: None, LEAST_GLOBAL),
}
"""Hours that are alike at each level, and how many of them are needed."""
NEAR = (-2, -1, 1, 2)
"""Hours; on both sides alike, so that rates that rise or fall through the day average out."""

HIGHEST = 0.9
"""Correlation: 1 would be all or nobody."""


class Baseline:
    """Knows what is usual for one cell, from the hours before. Hours within past incidents must not be among them."""

    def __init__(self, series: Series, zone: ZoneInfo) -> None:
        self._zone = zone
        same_hour: defaultdict[tuple[int, int], list[Window]] = defaultdict(list)
        for hour, window in series.items():
            if window.exposed:
                same_hour[local_hour(hour, zone)].append(window)
        self._groups: dict[Level, Mapping[Any, list[Window]]] = {Level.SAME_HOUR: same_hour}
        by_day_type: defaultdict[Hashable, list[Window]] = defaultdict(list)
        for place, windows in same_hour.items():
            by_day_type[day_type(place)] += windows
        self._groups[Level.DAY_TYPE] = by_day_type
        self._groups[Level.GLOBAL] = {None: [window for windows in by_day_type.values() for window in windows]}
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
    """What the hours of a level have shown. Each leans on those like it: of other such days, and around it."""

    def __init__(self, groups: Mapping[Level, Mapping[Any, list[Window]]], level: Level) -> None:
        self._level = level
        self._correlation = intraclass_correlation(groups[level].values())
        self._known = {name: known(windows, self._correlation) for name, windows in groups[level].items()}
        self._days: dict[Any, list[Any]] = {}
        if level is not Level.GLOBAL:
            self._relate(list(groups[Level.DAY_TYPE]))

    def expect(self, place: tuple[int, int], windows: int) -> Expected:
        usual = self._usual(place)
        # Jeffreys' halves, so that never seen is not impossible.
        rate, doubt = (usual.weight * usual.rate + 0.5) / (usual.weight + 1), 1 / (usual.weight + 1)
        return Expected(rate, min(HIGHEST, self._correlation + doubt), self._level, windows, doubt)

    def _relate(self, hours: list[Any]) -> None:
        """Learn how much such days differ at the same hour, and such hours from those around them."""
        self._days = {hour: [hour] for hour in hours}
        self._between_days = 0.0
        if self._level is Level.SAME_HOUR:
            self._days = {hour: [place for place in self._known if day_type(place) == hour] for hour in hours}
            self._between_days = spread_between(
                (self._known[one], self._others(one, days)) for days in self._days.values() for one in days
            )
        self._by_hour = {hour: united([self._known[one] for one in days]) for hour, days in self._days.items()}
        self._between_hours = spread_between((self._by_hour[hour], self._around(hour)) for hour in hours)

    def _usual(self, place: tuple[int, int]) -> Known:
        name = GROUPINGS[self._level][0](place)
        if self._level is Level.GLOBAL:
            return self._known[name]
        hour = day_type(place)
        other_days, around = self._others(name, self._days[hour]), self._around(hour)
        others = leaning(united(other_days), united(around), from_mean(self._between_hours, len(around)))
        return leaning(self._known[name], others, from_mean(self._between_days, len(other_days)))

    def _others(self, name: Any, days: Iterable[Any]) -> list[Known]:
        return [self._known[one] for one in days if one != name]

    def _around(self, hour: tuple[bool, int]) -> list[Known]:
        is_weekend, at = hour
        near = [(is_weekend, (at + away) % 24) for away in NEAR]
        return [self._by_hour[one] for one in near if one in self._by_hour]
