"""How often the rule is wrong where nothing is, and how surely it finds what is planted, beside rules of others."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import mean, median, stdev
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from services.alerts.simulation import FIRST_HOUR, JUDGED_HOURS, WEEK, Simulated, planted, project
from services.core.spikes.baseline import LOOKBACK, Baseline, Series
from services.core.spikes.cell import Cell, Reading
from services.core.spikes.history import REFIT_HOURS, fitted, replay
from services.core.spikes.judgement import Demand, standing, strike

UTC = ZoneInfo("UTC")
CELLS = 25
LEAST_EXPOSED = 100
"""Of the hours in which something is planted."""
LASTS = 2
"""Windows, within which it must be found."""


class Peer(NamedTuple):
    """A rule that others use: whether a cell's rate at an hour is too high for the rates before it."""

    name: str
    fires: Callable[[Series, int], bool]


def _rates(series: Series, hours: range) -> list[float]:
    return [one.affected / one.exposed for at in hours if (one := series.get(at)) and one.exposed]


def z_score(series: Series, hour: int) -> bool:
    """More than three standard deviations above the mean of four weeks."""
    before = _rates(series, range(hour - LOOKBACK, hour))
    now = series[hour].affected / series[hour].exposed
    return now > mean(before) + 3 * stdev(before)


def mad(series: Series, hour: int) -> bool:
    """A modified z-score above 3.5 (Iglewicz and Hoaglin), over four weeks."""
    before = _rates(series, range(hour - LOOKBACK, hour))
    middle = median(before)
    spread = median(abs(rate - middle) for rate in before)
    return 0.6745 * (series[hour].affected / series[hour].exposed - middle) > 3.5 * spread


def weekday_median(series: Series, hour: int) -> bool:
    """More than 1.3 times the median of the same hour of the last four weeks."""
    before = _rates(series, range(hour - LOOKBACK, hour, WEEK))
    return series[hour].affected / series[hour].exposed > 1.3 * median(before)


PEERS = (Peer("z-score > 3", z_score), Peer("MAD > 3.5", mad), Peer("1.3 x same-weekday median", weekday_median))


class Truthfulness(NamedTuple):
    """What came of simulated series."""

    series: int
    projects: int
    weeks: float  # of projects
    false_incidents: int
    false_alone: float = 0.0

    @property
    def false_a_week(self) -> float:
        """Of a project."""
        return self.false_incidents / self.weeks


def falseness(simulated: list[Simulated], demand: Demand) -> Truthfulness:
    """What our rule tells of projects in which nothing is wrong. A cell that goes on standing is told once."""
    told = sum(_risings(one.series, demand) for one in simulated)
    series = sum(len(one.series) for one in simulated)
    return Truthfulness(series, len(simulated), len(simulated) * len(JUDGED_HOURS) / WEEK, told)


def _risings(series: Mapping[Cell, Series], demand: Demand) -> int:
    before: set[Cell] = set()
    risings = 0
    for _, spikes in replay(series, JUDGED_HOURS, UTC, demand):
        now = {spike.cell for spike in spikes}
        risings += len(now - before)
        before = now
    return risings


def peer_falseness(simulated: list[Simulated], peer: Peer, demand: Demand) -> Truthfulness:
    """The same of a peer, with our least volume, as it was meant to be used: each window and cell for itself."""
    told = 0
    for one in simulated:
        for series in one.series.values():
            before = False
            for hour in JUDGED_HOURS:
                now = series[hour].exposed >= demand.least_exposed and peer.fires(series, hour)
                told += now and not before
                before = now
    series_count = sum(len(one.series) for one in simulated)
    return Truthfulness(series_count, len(simulated), len(simulated) * len(JUDGED_HOURS) / WEEK, told)


class Plant(NamedTuple):
    """Something planted in one cell of a project."""

    project: Simulated
    cell: Cell
    hour: int
    series: Series
    rate: float
    exposed: int
    lift: float


def plants(
    simulated: list[Simulated], lift: float, rng: np.random.Generator, exposed: range = range(LEAST_EXPOSED, 10_000)
) -> Iterator[Plant]:
    """One a cell that has hours with so many exposed."""
    for one in simulated:
        for cell, truth in one.truths.items():
            offset = JUDGED_HOURS.start - FIRST_HOUR
            numbers = truth.exposed[offset:]
            good = [
                hour
                for hour in range(SPARE, len(numbers) - LASTS)
                if all(int(numbers[hour + later]) in exposed for later in range(LASTS))
            ]
            if good:
                hour = JUDGED_HOURS.start + int(rng.choice(good))
                series = planted(truth, hour, lift, LASTS, rng)
                yield Plant(one, cell, hour, series, truth.rate, int(truth.exposed[hour - FIRST_HOUR]), lift)


SPARE = 3


def is_found(plant: Plant, demand: Demand) -> bool:
    """Whether our rule tells of it within two windows, with the project's other cells as they are."""
    striking: dict[int, dict[Cell, Reading]] = {}
    day = plant.hour - (plant.hour - JUDGED_HOURS.start) % REFIT_HOURS
    all_series = {**plant.project.series, plant.cell: plant.series}
    cells = {cell: (_fit(plant, cell, day), series) for cell, series in all_series.items()}
    for hour in range(plant.hour, plant.hour + LASTS):
        striking[hour] = strike(cells, hour, demand)
        if any(spike.cell == plant.cell for spike in standing(striking, hour)):
            return True
    return False


_FITS: dict[tuple[int, Cell, int], Baseline] = {}


def _fit(plant: Plant, cell: Cell, day: int) -> Baseline:
    key = id(plant.project), cell, day
    if key not in _FITS:
        _FITS[key] = fitted(plant.project.series[cell], day, UTC)
    return _FITS[key]


def is_found_by(peer: Peer, plant: Plant) -> bool:
    return any(peer.fires(plant.series, hour) for hour in range(plant.hour, plant.hour + LASTS))


def projects(series: int, cells: int, seed: int) -> list[Simulated]:
    """So many series in projects of so many cells."""
    draw = partial(project, cells, np.random.default_rng(seed))
    return [draw() for _ in range(series // cells)]
