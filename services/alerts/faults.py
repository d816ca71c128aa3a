"""One fault that many cells feel: how often it is told as one incident, and by the right name.

Projects here have a shape, unlike those of `simulation`: stages, detectors and jobs, where all jobs together are a cell
too, and where a fault of a stage also keeps visitors from going on, which is known an hour later.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from services.alerts.simulation import (
    FIRST_HOUR,
    JUDGED_HOURS,
    UTC,
    Simulated,
    Truth,
    hours_of,
    lifts_of,
    rates_of,
    series_of,
)
from services.core.spikes.baseline import Baseline, Series, Window
from services.core.spikes.cell import ALL_JOBS, NOT_GOING_ON, Cell
from services.core.spikes.grouping import group
from services.core.spikes.history import REFIT_HOURS, fitted
from services.core.spikes.incident import Change, Incident, Moment, Patience, live
from services.core.spikes.judgement import SPAN, Demand, Readings, examine, standing

STAGES = ("browse", "basket", "checkout")
DETECTORS = ("rage_click", "script_error")
JOBS = ("gift", "replace")
RATES = (0.2, 0.35, 0.5)
FEWEST, MOST = 50, 800
"""Visitors of a stage with a job in a mean hour."""
LEAST_EXPOSED = 100
"""Of each cell that feels it, in the windows within which it must be found."""
SOON = 2
"""Windows within which it must be found."""
LASTS, AFTER = 4, 2
"""Hours, in all of which a second incident would be one too many."""
PATIENCE = Patience(cool_down=6, repeat=6)


class Fault(NamedTuple):
    """What goes wrong, in cells of one job each; `right` are the names that are as narrow as it is, and no narrower."""

    kind: str
    felt: frozenset[Cell]
    right: frozenset[Cell]
    page: str = ""  # of all that is felt; "" where it is none

    @property
    def pages(self) -> Mapping[Cell, str]:
        everywhere = {*self.felt, *map(of_all_jobs, self.felt)}
        return dict.fromkeys(everywhere, self.page) if self.page else {}


class Outcome(NamedTuple):
    """What came of a fault."""

    is_found: bool
    incidents: int
    named: Cell | None  # by the first incident, as it opened


class Tally(NamedTuple):
    """Of faults of a kind: how many were found within two windows, and of these were one incident and rightly named."""

    kind: str
    lift: float
    planted: int
    found: int
    one: int
    right: int


def of_all_jobs(cell: Cell) -> Cell:
    return cell._replace(job=ALL_JOBS)


def shop(rng: np.random.Generator) -> Simulated:
    """Cells of one job drawn, those of all jobs added up. Who is in a stage is exposed to all its detectors."""
    truths: dict[Cell, Truth] = {}
    for stage, job in product(STAGES, JOBS):
        exposed = hours_of(rng, FEWEST, MOST)
        for detector in (*DETECTORS, NOT_GOING_ON):
            truths[Cell(detector, stage, job)] = rates_of(exposed, rng, RATES)
    return Simulated(truths, _with_sums({cell: series_of(truth) for cell, truth in truths.items()}))


def _with_sums(parts: Mapping[Cell, Series]) -> Mapping[Cell, Series]:
    sums: defaultdict[Cell, dict[int, Window]] = defaultdict(dict)
    for cell, series in parts.items():
        whole = sums[of_all_jobs(cell)]
        for hour, window in series.items():
            before = whole.get(hour, Window(0, 0))
            whole[hour] = Window(before.exposed + window.exposed, before.affected + window.affected)
    return {**parts, **sums}


def faults(rng: np.random.Generator) -> Iterator[Fault]:
    """One of each kind, somewhere."""
    first, second, third = (STAGES[int(at)] for at in rng.permutation(len(STAGES)))
    one, other = (DETECTORS[int(at)] for at in rng.permutation(len(DETECTORS)))
    yield _everywhere("stage", [(detector, first) for detector in DETECTORS], [(NOT_GOING_ON, first)])
    yield _everywhere("detector in two stages", [(one, first), (one, second)])
    yield _everywhere("detector in all stages", [(one, first), (one, second), (one, third)])
    yield _everywhere("page of two stages", [(one, first), (other, second)])._replace(page="/size-guide")
    cell = Cell(one, first, JOBS[int(rng.integers(len(JOBS)))])
    yield Fault("one cell", frozenset({cell}), frozenset({cell}))


def _everywhere(kind: str, causes: Sequence[tuple[str, str]], effects: Sequence[tuple[str, str]] = ()) -> Fault:
    """Of all jobs, so that the name of one would be too narrow; effects would be the wrong name."""
    felt = frozenset(Cell(*place, job) for place in (*causes, *effects) for job in JOBS)
    return Fault(kind, felt, frozenset(Cell(*place) for place in causes))


class Day:
    """A day of a project, with what was usual before it, for faults to be planted in."""

    def __init__(self, project: Simulated, first: int) -> None:
        self._project, self._first = project, first
        self._usual: Mapping[Cell, Baseline] = {
            cell: fitted(series, first, UTC) for cell, series in project.series.items()
        }

    def good_hours(self, fault: Fault) -> list[int]:
        """Those in which all that feel it have the visitors."""
        exposed = np.min([self._project.truths[cell].exposed for cell in fault.felt], axis=0)[
            self._first - FIRST_HOUR :
        ]
        last = REFIT_HOURS - LASTS - AFTER
        return [
            self._first + at for at in range(SPAN, last + 1) if np.min(exposed[at : at + SOON + 1]) >= LEAST_EXPOSED
        ]

    def outcome(self, fault: Fault, series: Mapping[Cell, Series], hour: int, demand: Demand) -> Outcome:
        """Judge hour after hour, as the stages do."""
        cells = {cell: (self._usual[cell], one) for cell, one in series.items()}
        readings: dict[int, Readings] = {at: examine(cells, at, demand) for at in range(hour - SPAN + 1, hour)}
        known: dict[str, Incident] = {}
        opened: list[Incident] = []
        for at in range(hour, hour + LASTS + AFTER):
            readings[at] = examine(cells, at, demand)
            groups = group(standing(readings, at, demand), fault.pages)
            changes: list[Change] = live(list(known.values()), groups, readings[at], ("shop", at), PATIENCE)
            known |= {change.incident.id: change.incident for change in changes}
            opened += [change.incident for change in changes if change.moment is Moment.OPENED]
        named = opened[0].named.cell if opened else None
        return Outcome(any(one.seen < hour + SOON for one in opened), len(opened), named)

    def planted(self, fault: Fault, hour: int, lift: float, rng: np.random.Generator) -> Mapping[Cell, Series]:
        """The hours around, those of the fault with so many times the rate."""
        around = range(hour - SPAN, hour + LASTS + AFTER)
        parts = {
            cell: {at: self._project.series[cell][at] for at in around if at in self._project.series[cell]}
            for cell in self._project.truths
        }
        for cell in sorted(fault.felt):
            truth = self._project.truths[cell]
            late = int(cell.detector == NOT_GOING_ON)
            for at in range(hour + late, hour + late + LASTS):
                exposed, rate = parts[cell][at].exposed, truth.rates[at - FIRST_HOUR]
                parts[cell][at] = Window(exposed, int(rng.binomial(exposed, min(0.97, rate * lift))))
        return _with_sums(parts)


def tallies(projects: int, demand: Demand, seed: int) -> list[Tally]:
    """Plant a fault of each kind and size in each of so many projects."""
    rng = np.random.default_rng(seed)
    outcomes: defaultdict[tuple[str, float], list[tuple[Fault, Outcome]]] = defaultdict(list)
    for _ in range(projects):
        day = Day(shop(rng), JUDGED_HOURS.start + REFIT_HOURS * int(rng.integers(len(JUDGED_HOURS) // REFIT_HOURS)))
        for fault, lift in product(faults(rng), lifts_of(demand.direction)):
            if hours := day.good_hours(fault):
                hour = int(rng.choice(hours))
                series = day.planted(fault, hour, lift, rng)
                outcomes[fault.kind, lift].append((fault, day.outcome(fault, series, hour, demand)))
    return [_tally(kind, lift, outcomes[kind, lift]) for kind, lift in sorted(outcomes)]


def _tally(kind: str, lift: float, outcomes: Sequence[tuple[Fault, Outcome]]) -> Tally:
    found = [(fault, outcome) for fault, outcome in outcomes if outcome.is_found]
    one = sum(outcome.incidents == 1 for _, outcome in found)
    right = sum(outcome.named in fault.right for fault, outcome in found)
    return Tally(kind, lift, len(outcomes), len(found), one, right)
