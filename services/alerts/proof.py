"""How often the rule is wrong where nothing is, and how surely it finds what is planted, beside rules of others."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import groupby
from statistics import mean
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from services.alerts.simulation import FIRST_HOUR, JUDGED_HOURS, Simulated, planted, project
from services.core.spikes.baseline import LOOKBACK, WEEK, Baseline, Series
from services.core.spikes.cell import Cell
from services.core.spikes.history import REFIT_HOURS, fitted, replay
from services.core.spikes.judgement import SPAN, Demand, Readings, examine, standing
from services.core.spikes.rules import MOST_FALSE_A_WEEK, AlertRules

UTC = ZoneInfo("UTC")
CELLS = 25
LIFTS = (1.5, 2.0, 3.0)
LEAST_EXPOSED = 100
"""Of the hours in which something is planted."""
LASTS = 2
"""Windows, within which it must be found."""


Rates: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
"""By the hour, from the first one drawn; not a number where nobody was exposed."""


class Peer(NamedTuple):
    """A rule that others use: whether the rate of an hour is too high for those before it."""

    name: str
    fires: Callable[[Rates, int], bool]


def rates_of(series: Series) -> Rates:
    windows = [series[hour] for hour in sorted(series)]
    return np.array([one.affected / one.exposed if one.exposed else np.nan for one in windows])


def z_score(rates: Rates, at: int) -> bool:
    """More than three standard deviations above the mean of four weeks."""
    before = rates[at - LOOKBACK : at]
    return bool(rates[at] > np.nanmean(before) + 3 * np.nanstd(before))


def mad(rates: Rates, at: int) -> bool:
    """A modified z-score above 3.5 (Iglewicz and Hoaglin), over four weeks."""
    before = rates[at - LOOKBACK : at]
    middle = np.nanmedian(before)
    return bool(0.6745 * (rates[at] - middle) > 3.5 * np.nanmedian(np.abs(before - middle)))


def weekday_median(rates: Rates, at: int) -> bool:
    """More than 1.3 times the median of the same hour of the last four weeks."""
    return bool(rates[at] > 1.3 * np.median(rates[at - LOOKBACK : at : WEEK]))


PEERS = (Peer("z-score > 3", z_score), Peer("MAD > 3.5", mad), Peer("1.3 x same-weekday median", weekday_median))


class Truthfulness(NamedTuple):
    """What came of simulated series."""

    series: int
    projects: int
    weeks: float  # of projects
    false_incidents: int

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
            before, rates = False, rates_of(series)
            for hour in JUDGED_HOURS:
                now = series[hour].exposed >= demand.least_exposed and peer.fires(rates, hour - FIRST_HOUR)
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
    """One a cell that has hours with so many exposed, on the same day for all cells of a project: fitted once."""
    for one in simulated:
        day = JUDGED_HOURS.start + REFIT_HOURS * int(rng.integers(len(JUDGED_HOURS) // REFIT_HOURS))
        for cell, truth in one.truths.items():
            numbers = truth.exposed[day - FIRST_HOUR :]
            good = [
                hour
                for hour in range(SPARE, REFIT_HOURS - LASTS + 1)
                if all(int(numbers[hour + later]) in exposed for later in range(LASTS))
            ]
            if good:
                hour = day + int(rng.choice(good))
                series = planted(truth, hour, lift, LASTS, rng)
                yield Plant(one, cell, hour, series, truth.rate, int(truth.exposed[hour - FIRST_HOUR]), lift)


SPARE = 3


def is_found(plant: Plant, demand: Demand) -> bool:
    """Whether our rule tells of it within two windows, with the project's other cells as they are."""
    readings: dict[int, Readings] = {}
    day = plant.hour - (plant.hour - JUDGED_HOURS.start) % REFIT_HOURS
    all_series = {**plant.project.series, plant.cell: plant.series}
    cells = {cell: (_fit(plant, cell, day), series) for cell, series in all_series.items()}
    for hour in range(plant.hour - SPAN + 1, plant.hour + LASTS):
        readings[hour] = examine(cells, hour, demand)
    return any(
        spike.cell == plant.cell
        for hour in range(plant.hour, plant.hour + LASTS)
        for spike in standing(readings, hour, demand)
    )


_FITS: dict[tuple[int, Cell, int], Baseline] = {}


def _fit(plant: Plant, cell: Cell, day: int) -> Baseline:
    key = id(plant.project), cell, day
    if key not in _FITS:
        _FITS[key] = fitted(plant.project.series[cell], day, UTC)
    return _FITS[key]


def is_found_by(peer: Peer, plant: Plant) -> bool:
    rates, at = rates_of(plant.series), plant.hour - FIRST_HOUR
    return any(peer.fires(rates, one) for one in range(at, at + LASTS))


def projects(series: int, cells: int, seed: int) -> list[Simulated]:
    """So many series in projects of so many cells."""
    draw = partial(project, cells, np.random.default_rng(seed))
    return [draw() for _ in range(series // cells)]


class Proof(NamedTuple):
    """What `desireline alerts backtest` prints."""

    allowed: float
    falseness: list[tuple[str, Truthfulness]]
    power: list[tuple[float, float, int, list[float]]]  # lift, usual rate, planted, share found by ours and each peer
    peers: tuple[Peer, ...]


def prove(rules: AlertRules, series: int, seed: int) -> Proof:
    """Draw series, judge them by ours and by the peers', plant faults and look for them."""
    demand, made = rules.demand(), projects(series, CELLS, seed)
    false = [("ours", falseness(made, demand))]
    false += [(peer.name, peer_falseness(made, peer, demand)) for peer in PEERS]
    power = []
    for lift in LIFTS:
        rows = sorted(plants(made, lift, np.random.default_rng(seed)), key=lambda plant: plant.rate)
        for rate, some in groupby(rows, key=lambda plant: plant.rate):
            mine = list(some)
            found = [[is_found(plant, demand) for plant in mine]]
            found += [[is_found_by(peer, plant) for plant in mine] for peer in PEERS]
            power.append((lift, rate, len(mine), [mean(one) for one in found]))
    return Proof(MOST_FALSE_A_WEEK[rules.sensitivity], false, power, PEERS)
