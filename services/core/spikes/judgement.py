"""Which cells stand out: enough volume, unlikely among all that is tested, and not for one window only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from services.core.spikes.baseline import Baseline, Expected, Series, Window
from services.core.spikes.cell import NOT_GOING_ON, Cell, Reading, Spike
from services.core.stats.benjamini_hochberg import benjamini_hochberg
from services.core.stats.beta_binomial import upper_tail

SPAN = 3
"""Windows looked at: the newest must stand out, and one of the two before it."""
SUDDEN = 1e-6
"""So unlikely that one window is enough."""
SMALLEST_FAMILY = 20
"""Where fewer cells are tested, one is asked as much as if they were so many: alone at q = 0.05 a cell would be wrong
in three of four weeks."""

Direction = Literal["up", "down", "both"]

Cells = Mapping[Cell, tuple[Baseline, Series]]
"""Each cell with what is usual for it and with its counts."""


@dataclass(frozen=True)
class Demand:
    """What is asked of a spike."""

    false_share: float = 0.05
    least_exposed: int = 30
    least_excess: float = 5.0
    direction: Direction = "up"


def judge(cells: Cells, hour: int, demand: Demand) -> list[Spike]:
    """The cells that spike at this hour, which is over and known in full, the least likely first."""
    striking = {at: strike(cells, at, demand) for at in range(hour - SPAN + 1, hour + 1)}
    return standing(striking, hour)


def standing(striking: Mapping[int, Mapping[Cell, Reading]], hour: int) -> list[Spike]:
    """Of what stood out in the hours up to this one, what stands: in two of three, or too far to be chance."""
    spikes = []
    for cell, reading in striking[hour].items():
        hours = [at for at in range(hour - SPAN + 1, hour + 1) if cell in striking.get(at, {})]
        if len(hours) > 1 or reading.p < SUDDEN:
            spikes.append(Spike(reading, hours[0]))
    return sorted(spikes, key=lambda spike: spike.reading.p)


def strike(cells: Cells, hour: int, demand: Demand) -> dict[Cell, Reading]:
    """The cells that stand out in this window alone."""
    readings = list(examine(cells, hour, demand))
    family = [reading.p for reading in readings] + [1.0] * (SMALLEST_FAMILY - len(readings))
    stands = benjamini_hochberg(family, demand.false_share)
    return {
        reading.cell: reading
        for reading, unlikely in zip(readings, stands, strict=False)
        if unlikely and _signed(reading, demand) >= demand.least_excess
    }


def direction_of(cell: Cell, demand: Demand) -> Direction:
    """Not going on counts upwards, whatever is asked of friction."""
    return "up" if cell.detector == NOT_GOING_ON else demand.direction


def _signed(reading: Reading, demand: Demand) -> float:
    """The excess on the side that is looked at."""
    sides = {"up": reading.excess, "down": -reading.excess, "both": abs(reading.excess)}
    return sides[direction_of(reading.cell, demand)]


def examine(cells: Cells, hour: int, demand: Demand) -> Iterator[Reading]:
    """Every cell that has the volume, whatever became of it: what is chosen by its outcome cannot be tested."""
    for cell, (baseline, series) in cells.items():
        window = series.get(hour)
        if window is None or window.exposed < demand.least_exposed:
            continue
        if expected := baseline.expect(hour):
            p = p_value(window, expected, direction_of(cell, demand))
            yield Reading(cell, hour, window, expected, p)


def p_value(window: Window, expected: Expected, direction: Direction) -> float:
    """How unlikely a window is that is so far off, if all is as usual."""
    exposed, affected = window
    above = upper_tail(affected, exposed, expected.rate, expected.correlation)
    if direction == "up":
        return above
    below = upper_tail(exposed - affected, exposed, 1 - expected.rate, expected.correlation)
    return below if direction == "down" else min(1.0, 2 * min(above, below))
