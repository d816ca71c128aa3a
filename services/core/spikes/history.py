"""The rule applied to hours gone by: what would have stood out when. For backtests; live, `judgement` does the same."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from services.core.spikes.baseline import LOOKBACK, Baseline, Series
from services.core.spikes.cell import Cell, Spike
from services.core.spikes.judgement import SPAN, Demand, Readings, examine, standing

REFIT_HOURS = 24
"""A day's hours have the same four weeks of their own hour behind them, so fitting once a day changes nothing there."""


def replay(
    series: Mapping[Cell, Series], hours: range, zone: ZoneInfo, demand: Demand
) -> Iterator[tuple[int, list[Spike]]]:
    """Each hour with what stands at it."""
    readings: dict[int, Readings] = {}
    cells: dict[Cell, tuple[Baseline, Series]] = {}
    for hour in hours:
        if (hour - hours.start) % REFIT_HOURS == 0:
            cells = {cell: (fitted(one, hour, zone), one) for cell, one in series.items()}
        readings[hour] = examine(cells, hour, demand)
        readings.pop(hour - SPAN, None)
        yield hour, standing(readings, hour, demand)


def fitted(series: Series, hour: int, zone: ZoneInfo) -> Baseline:
    """The baseline from the four weeks before an hour."""
    return Baseline({at: series[at] for at in range(hour - LOOKBACK, hour) if at in series}, zone)
