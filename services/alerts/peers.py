"""Rules that others use, held against the hours that ours judges: whether a rate is too high for those before it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np

from services.core.spikes.baseline import LOOKBACK, WEEK, Series, Window
from services.core.spikes.judgement import Demand

Rates: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
"""By the hour, from the first one on; not a number where nobody was exposed."""
NOBODY = Window(0, 0)


class Peer(NamedTuple):
    """A rule by its name. It is asked of hours with so many exposed as ours asks for."""

    name: str
    fires: Callable[[Rates, int], bool]


def rates_of(series: Series, hours: range) -> Rates:
    windows = [series.get(hour, NOBODY) for hour in hours]
    return np.array([one.affected / one.exposed if one.exposed else np.nan for one in windows])


def z_score(rates: Rates, at: int) -> bool:
    """More than three standard deviations above the mean of four weeks."""
    before = rates[max(0, at - LOOKBACK) : at]
    return bool(rates[at] > np.nanmean(before) + 3 * np.nanstd(before))


def mad(rates: Rates, at: int) -> bool:
    """A modified z-score above 3.5 (Iglewicz and Hoaglin), over four weeks."""
    before = rates[max(0, at - LOOKBACK) : at]
    middle = np.nanmedian(before)
    return bool(0.6745 * (rates[at] - middle) > 3.5 * np.nanmedian(np.abs(before - middle)))


def weekday_median(rates: Rates, at: int) -> bool:
    """More than 1.3 times the median of the same hour of the last four weeks."""
    return bool(rates[at] > 1.3 * np.median(rates[max(at % WEEK, at - LOOKBACK) : at : WEEK]))


PEERS = (Peer("z-score > 3", z_score), Peer("MAD > 3.5", mad), Peer("1.3 x same-weekday median", weekday_median))


def told_by(peer: Peer, every: Iterable[Series], known: range, judged: range, demand: Demand) -> int:
    """How often it would have told something, as it was meant to be used: each window and cell for itself.

    `known`: the hours that the series have, `judged` the last of them. What goes on from hour to hour is told once.
    """
    told = 0
    for series in every:
        before, rates = False, rates_of(series, known)
        for hour in judged:
            exposed = series.get(hour, NOBODY).exposed
            now = exposed >= demand.least_exposed and peer.fires(rates, hour - known.start)
            told += now and not before
            before = now
    return told
