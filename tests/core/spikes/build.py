"""Weeks of hours to judge: calm ones, drawn once and always the same, and what is done to the last of them."""

from random import Random
from zoneinfo import ZoneInfo

from services.core.spikes.baseline import LOOKBACK, Baseline, Series, Window
from services.core.spikes.cell import Cell, Reading
from services.core.spikes.judgement import SPAN, Cells, Demand, examine

UTC = ZoneInfo("UTC")
NOW = 96 + 2900 * 168 + 12  # a Monday noon
RAGE = Cell("rage_click", "checkout")


def calm(rate: float = 0.2, exposed: int = 400, seed: int = 1, weeks: int = 5) -> dict[int, Window]:
    """Hours up to and with NOW in which nothing is wrong."""
    draw = Random(seed)
    sd = (exposed * rate * (1 - rate)) ** 0.5
    return {
        NOW - hour: Window(exposed, round(min(exposed, max(0, draw.gauss(exposed * rate, sd)))))
        for hour in range(weeks * 168)
    }


def with_rates(series: dict[int, Window], *newest: float) -> dict[int, Window]:
    """The same, but in the newest hours (oldest first) so large a share is affected."""
    changed = dict(series)
    for back, rate in enumerate(reversed(newest)):
        exposed = series[NOW - back].exposed
        changed[NOW - back] = Window(exposed, round(exposed * rate))
    return changed


def cells(**series: Series) -> Cells:
    """Cells by `detector__stage__job`, with the baseline of the hours before those looked at."""
    return {Cell(*name.split("__")): (learned(one), one) for name, one in series.items()}


def learned(series: Series) -> Baseline:
    first = NOW - SPAN + 1
    return Baseline({at: one for at, one in series.items() if first - LOOKBACK <= at < first}, UTC)


def readings(judged: Cells, hour: int = NOW) -> dict[Cell, Reading]:
    return examine(judged, hour, Demand())
