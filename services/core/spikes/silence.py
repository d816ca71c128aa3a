"""Silence: events that usually come at this hour and do not. An incident of its own kind."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.core.spikes.baseline import GROUPINGS, Expected, Level, Window, local_hour
from services.core.spikes.cell import SILENCE, Cell, Reading, Spike
from services.core.spikes.judgement import SPAN, SUDDEN
from services.core.stats.gamma_poisson import lower_tail, spread_of

UNLIKELY = 1e-3
LEAST_EXPECTED = 30
MOST_OF_USUAL = 0.5
"""Fewer than this share of the usual number is silence; a calm day is none."""


class Quiet:
    """Knows how many events usually come at an hour."""

    def __init__(self, counts: Mapping[int, int], zone: ZoneInfo, silences: Collection[int] = ()) -> None:
        """`counts`: hours since 1970 → events, from the first hour on that had any; an hour without is left out.

        `silences`: hours within past silences, which say nothing of what is usual.
        """
        self._zone = zone
        self._counts = counts
        self._groups: dict[Level, dict[Hashable, list[int]]] = {}
        first, last = min(counts, default=0), max(counts, default=-1)
        hours = [hour for hour in range(first, last + 1) if hour not in silences]
        for level, (alike, _) in GROUPINGS.items():
            groups: defaultdict[Hashable, list[int]] = defaultdict(list)
            for hour in hours:
                groups[alike(local_hour(hour, zone))].append(counts.get(hour, 0))
            self._groups[level] = groups
        self._spreads = {level: spread_of(groups.values()) for level, groups in self._groups.items()}

    def expect(self, hour: int) -> "Usual | None":
        """How many usually come at this hour; None while too little is known."""
        for level, (alike, least) in GROUPINGS.items():
            counts = self._groups[level].get(alike(local_hour(hour, self._zone)), [])
            if len(counts) >= least:
                mean, windows = sum(counts) / len(counts), len(counts)
                # The mean is itself seen in a few windows only.
                spread = self._spreads[level] * (1 + 1 / windows) + (1 / (mean * windows) if mean else 0.0)
                return Usual(mean, spread, level, windows)
        return None

    def read(self, hour: int, count: int) -> Reading | None:
        """How unlikely so few events are; None where too few are expected, or too little is known."""
        usual = self.expect(hour)
        if usual is None or usual.mean < LEAST_EXPECTED:
            return None
        p = lower_tail(count, usual.mean, usual.spread) if count < usual.mean else 1.0
        window = Window(round(usual.mean), max(0, round(usual.mean) - count))
        return Reading(Cell(SILENCE, ""), hour, window, Expected(0.0, usual.spread, usual.level, usual.windows), p)


class Usual(NamedTuple):
    """How many events an hour usually has."""

    mean: float
    spread: float  # of its variance, what is beyond Poisson's, in squares of the mean
    level: Level
    windows: int

    @property
    def deviation(self) -> float:
        """One standard deviation of a new hour's count."""
        return float((self.mean + self.spread * self.mean**2) ** 0.5)


def judge_silence(quiet: Quiet, counts: Mapping[int, int], hour: int) -> list[Spike]:
    """The silence at this hour, if it is one: two of three windows, or one too quiet to be chance."""
    readings = {at: quiet.read(at, counts.get(at, 0)) for at in range(hour - SPAN + 1, hour + 1)}
    silent = {at: reading for at, reading in readings.items() if reading and is_silent(reading)}
    newest = silent.get(hour)
    if newest is None or (len(silent) < 2 and newest.p >= SUDDEN):
        return []
    return [Spike(newest, min(silent))]


def is_silent(reading: Reading) -> bool:
    exposed, missing = reading.window
    return reading.p <= UNLIKELY and missing >= MOST_OF_USUAL * exposed
