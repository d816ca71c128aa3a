"""Simulated weeks of hourly rates in which nothing is wrong, until something is planted. Drawn, so not in the core.

Hours of the week differ in visitors and in rate, rates vary more than chance, some cells are hardly visited, and shops
grow.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from services.core.spikes.baseline import LOOKBACK, WEEK, Series, Window
from services.core.spikes.cell import Cell
from services.core.spikes.judgement import Direction

FIRST_HOUR = 96 + 2800 * WEEK  # a Monday at midnight, UTC
LEARNED, JUDGED = LOOKBACK, LOOKBACK
"""Four weeks to learn from, then the four that are judged."""
JUDGED_HOURS = range(FIRST_HOUR + LEARNED, FIRST_HOUR + LEARNED + JUDGED)
DRAWN_HOURS = range(FIRST_HOUR, JUDGED_HOURS.stop)
HOURS = np.arange(LEARNED + JUDGED)
WEEKEND = (HOURS // 24) % 7 >= 5
UTC = ZoneInfo("UTC")

RATES = (0.03, 0.1, 0.2, 0.35, 0.5)
CORRELATIONS = (0.0, 0.002, 0.01)
GROWTHS = (0.0, 0.05, 0.15)
LIFTS, FALLS = (1.5, 2.0, 3.0), (0.5, 0.25, 0.1)
"""Times the usual rate that is planted."""
FEWEST, MOST = 8, 800
"""Visitors of a cell in a mean hour."""


def lifts_of(direction: Direction) -> Sequence[float]:
    """What is planted where this is looked for."""
    return FALLS if direction == "down" else LIFTS


class Truth(NamedTuple):
    """What a cell's hours were drawn from."""

    exposed: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    rates: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    affected: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    rate: float
    usual: "np.ndarray[tuple[int], np.dtype[np.float64]]"  # what `rates` vary around
    correlation: float


class Simulated(NamedTuple):
    """A project of several cells, judged together."""

    truths: Mapping[Cell, Truth]
    series: Mapping[Cell, Series]


def project(cells: int, rng: np.random.Generator) -> Simulated:
    """Cells of all sizes and rates, each with hours of its own."""
    truths = {Cell(f"detector_{number}", f"stage_{number}"): _truth(rng) for number in range(cells)}
    return Simulated(truths, {cell: series_of(truth) for cell, truth in truths.items()})


def series_of(truth: Truth) -> Series:
    return {
        FIRST_HOUR + number: Window(int(exposed), int(affected))
        for number, (exposed, affected) in enumerate(zip(truth.exposed, truth.affected, strict=True))
    }


def planted(truth: Truth, at: int, lift: float, hours: int, rng: np.random.Generator) -> Series:
    """The same hours, but for some from the hour `at` on, whose rate is `lift` times what it was."""
    begin = at - FIRST_HOUR
    span = slice(begin, begin + hours)
    affected = truth.affected.copy()
    affected[span] = rng.binomial(truth.exposed[span], np.minimum(0.97, truth.rates[span] * lift))
    return series_of(truth._replace(affected=affected))


def _truth(rng: np.random.Generator) -> Truth:
    return rates_of(hours_of(rng), rng)


def hours_of(
    rng: np.random.Generator, fewest: int = FEWEST, most: int = MOST
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Visitors by the hour; `fewest` and `most` of the mean hour."""
    level = np.exp(rng.uniform(np.log(fewest), np.log(most)))
    growth = (1 + rng.choice(GROWTHS)) ** (HOURS / WEEK)
    day = np.exp(0.8 * np.sin(2 * np.pi * (HOURS % 24 - 9) / 24))
    exposed: np.ndarray[tuple[int], np.dtype[np.int64]] = rng.poisson(
        level * growth * day * np.where(WEEKEND, 0.6, 1.0)
    )
    return exposed


def rates_of(
    exposed: "np.ndarray[tuple[int], np.dtype[np.int64]]", rng: np.random.Generator, rates: Sequence[float] = RATES
) -> Truth:
    """How many of them are affected, at one of these usual rates."""
    rate = float(rng.choice(rates))
    odds = rate / (1 - rate) * np.exp(0.3 * np.sin(2 * np.pi * (HOURS % 24 - 15) / 24) + np.where(WEEKEND, 0.2, 0.0))
    usual, correlation = odds / (1 + odds), float(rng.choice(CORRELATIONS))
    varied = _varied(usual, correlation, rng)
    return Truth(exposed, varied, rng.binomial(exposed, varied), rate, usual, correlation)


def _varied(
    rates: "np.ndarray[tuple[int], np.dtype[np.float64]]", correlation: float, rng: np.random.Generator
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    if correlation == 0:
        return rates
    strength = 1 / correlation - 1
    return rng.beta(rates * strength, (1 - rates) * strength)
