"""How often the rule is wrong where nothing is, and how surely it finds what is planted, beside rules of others."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np

from services.alerts.faults import Tally, tallies
from services.alerts.peers import PEERS, Peer, rates_of, told_by
from services.alerts.simulation import DRAWN_HOURS, FIRST_HOUR, JUDGED_HOURS, UTC, Simulated, lifts_of, planted, project
from services.core.spikes.baseline import WEEK, Baseline, Expected, Level, Series, together
from services.core.spikes.cell import Cell
from services.core.spikes.history import REFIT_HOURS, fitted, replay
from services.core.spikes.judgement import SPAN, SUDDEN, Demand, Readings, examine, p_value, standing
from services.core.spikes.rules import MOST_FALSE_A_WEEK, AlertRules

CELLS = 25
FREQUENT = 0.2
"""A usual rate from which on half as many again can be told from chance."""
LEAST_EXPOSED = 100
"""Of the hours in which something is planted."""
LASTS = 2
"""Windows, within which it must be found."""


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
    every = (series for one in simulated for series in one.series.values())
    told = told_by(peer, every, DRAWN_HOURS, JUDGED_HOURS, demand)
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
    rates, at = rates_of(plant.series, DRAWN_HOURS), plant.hour - FIRST_HOUR
    return any(peer.fires(rates, one) for one in range(at, at + LASTS))


def knows(plant: Plant, demand: Demand) -> bool:
    """Whether our rule finds it when it is told each hour's true usual rate and how much rates vary.

    The limit of what two windows can show at so few false incidents.
    """
    truth = plant.project.truths[plant.cell]
    hours = [hour - FIRST_HOUR for hour in range(plant.hour, plant.hour + LASTS)]
    told = [Expected(float(truth.usual[hour]), truth.correlation, Level.SAME_HOUR, 4) for hour in hours]
    seen = [(plant.series[FIRST_HOUR + hour], expected) for hour, expected in zip(hours, told, strict=True)]
    alone = [p_value(*one, demand.direction) for one in seen]
    return (
        min(alone) < SUDDEN
        or max(alone) <= demand.false_share / CELLS
        or p_value(*together(seen), demand.direction) <= demand.false_pairs / CELLS
    )


def projects(series: int, cells: int, seed: int) -> list[Simulated]:
    """So many series in projects of so many cells."""
    draw = partial(project, cells, np.random.default_rng(seed))
    return [draw() for _ in range(series // cells)]


class Power(NamedTuple):
    """Of what was planted with one lift in cells of one usual rate: what each rule found, and who knows the truth."""

    lift: float
    rate: float
    ours: list[bool]
    peers: list[list[bool]]
    limit: list[bool]


def power(rows: Sequence[Plant], demand: Demand) -> Power:
    """`rows`: all of one lift and one usual rate."""
    ours, limit = [is_found(plant, demand) for plant in rows], [knows(plant, demand) for plant in rows]
    return Power(
        rows[0].lift, rows[0].rate, ours, [[is_found_by(peer, plant) for plant in rows] for peer in PEERS], limit
    )


class Proof(NamedTuple):
    """What `desireline alerts backtest` prints."""

    allowed: float
    falseness: list[tuple[str, Truthfulness]]
    power: list[Power]
    peers: tuple[Peer, ...]
    faults: list[Tally]


def prove(rules: AlertRules, series: int, seed: int) -> Proof:
    """Draw series, judge them by ours and by the peers', plant faults and look for them."""
    demand, made = rules.demand(), projects(series, CELLS, seed)
    false = [("ours", falseness(made, demand))]
    false += [(peer.name, peer_falseness(made, peer, demand)) for peer in PEERS]
    found = []
    for lift in lifts_of(rules.direction):
        rows = sorted(plants(made, lift, np.random.default_rng(seed)), key=lambda plant: plant.rate)
        found += [power(list(some), demand) for _, some in groupby(rows, key=lambda plant: plant.rate)]
    return Proof(MOST_FALSE_A_WEEK[rules.sensitivity], false, found, PEERS, tallies(series // CELLS, demand, seed))
