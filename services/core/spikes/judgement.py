"""Which cells stand out: enough volume, unlikely among all that is tested, and not for one window only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.core.spikes.baseline import Baseline, Expected, Series, Window, together
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
Readings = Mapping[Cell, Reading]


@dataclass(frozen=True)
class Demand:
    """What is asked of a spike."""

    false_share: float = 0.05  # of windows that stand out for themselves
    false_pairs: float = 0.0012  # of two windows that stand out as one: the share of hours at which any is wrong
    least_exposed: int = 30
    least_excess: float = 5.0
    direction: Direction = "up"


def judge(cells: Cells, hour: int, demand: Demand) -> list[Spike]:
    """The cells that spike at this hour, which is over and known in full, the least likely first."""
    return standing({at: examine(cells, at, demand) for at in looked_at(hour)}, hour, demand)


def looked_at(hour: int) -> range:
    """The hours that say whether something stands at this one."""
    return range(hour - SPAN + 1, hour + 1)


def standing(readings: Mapping[int, Readings], hour: int, demand: Demand) -> list[Spike]:
    """What stands at the last of these hours: in two of three, in two as one, or too far off to be chance."""
    striking = {at: strike(readings.get(at, {}).values(), demand) for at in looked_at(hour)}
    paired = pair(readings.get(hour - 1, {}), readings[hour], demand)
    spikes = []
    for cell, reading in readings[hour].items():
        hours = [at for at in looked_at(hour) if cell in striking[at]]
        if cell in striking[hour] and (len(hours) > 1 or reading.p < SUDDEN):
            spikes.append(Spike(reading, hours[0]))
        elif cell in paired:
            spikes.append(Spike(reading, hour - 1))
    return sorted(spikes, key=lambda spike: spike.reading.p)


def strike(readings: Iterable[Reading], demand: Demand) -> set[Cell]:
    """The cells that stand out in this window alone."""
    return _unlikely([(one, demand.least_excess) for one in readings], demand.false_share, demand)


def pair(before: Readings, newest: Readings, demand: Demand) -> set[Cell]:
    """The cells whose last two windows, both beyond what is usual, stand out as one."""
    both = [_paired(before[cell], reading, demand) for cell, reading in newest.items() if cell in before]
    return _unlikely([(one, 2 * demand.least_excess) for one in both], demand.false_pairs, demand)


def _paired(before: Reading, newest: Reading, demand: Demand) -> Reading:
    window, expected = together([(one.window, one.expected) for one in (before, newest)])
    one_way = min(_signed(before, demand), _signed(newest, demand)) > 0
    p = p_value(window, expected, direction_of(newest.cell, demand)) if one_way else 1.0
    return Reading(newest.cell, newest.hour, window, expected, p)


def _unlikely(tested: Sequence[tuple[Reading, float]], false_share: float, demand: Demand) -> set[Cell]:
    """Of all that is tested together what stands, where it has the excess that is asked of it."""
    family = [reading.p for reading, _ in tested] + [1.0] * (SMALLEST_FAMILY - len(tested))
    stands = benjamini_hochberg(family, false_share)
    return {
        reading.cell
        for (reading, least), unlikely in zip(tested, stands, strict=False)
        if unlikely and _signed(reading, demand) >= least
    }


def direction_of(cell: Cell, demand: Demand) -> Direction:
    """Not going on counts upwards, whatever is asked of friction."""
    return "up" if cell.detector == NOT_GOING_ON else demand.direction


def _signed(reading: Reading, demand: Demand) -> float:
    """The excess on the side that is looked at."""
    sides = {"up": reading.excess, "down": -reading.excess, "both": abs(reading.excess)}
    return sides[direction_of(reading.cell, demand)]


def examine(cells: Cells, hour: int, demand: Demand) -> dict[Cell, Reading]:
    """Every cell that has the volume, whatever became of it: what is chosen by its outcome cannot be tested."""
    return {reading.cell: reading for reading in _examined(cells, hour, demand)}


def _examined(cells: Cells, hour: int, demand: Demand) -> Iterator[Reading]:
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
