"""A rate seen in few windows, leaning on rates like it as far as the data show that they are alike."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_MOVED = 2.0
"""Standard errors by which leaning may move a rate: one hour that truly is unlike all others stays so.
After B. Efron and C. Morris, "Limiting the risk of Bayes and empirical Bayes estimators, part II",
Journal of the American Statistical Association 67 (1972), 130-139."""


class Known(NamedTuple):
    """What windows say of a rate that they have in common. `weight`: sessions it is worth, each for itself.

    The variance of `rate` is rate (1 - rate) / weight.
    """

    weight: float
    rate: float

    @property
    def doubt(self) -> float:
        return 1 / self.weight if self.weight > 0 else float("inf")


NOTHING = Known(0.0, 0.0)


def known(windows: Iterable[tuple[int, int]], correlation: float) -> Known:
    """Of windows (exposed, affected) that vary by this intraclass correlation beyond chance.

    >>> known([(100, 20), (100, 10)], 0.0)
    Known(weight=200.0, rate=0.15)
    >>> round(known([(100, 20), (100, 10)], 0.01).weight)
    101
    """
    weight = affected = 0.0
    for n, k in windows:
        worth = 1 / (1 + (n - 1) * correlation)
        weight += n * worth
        affected += k * worth
    return Known(weight, affected / weight) if weight else NOTHING


def united(parts: Sequence[Known]) -> Known:
    """What is known of all of them together."""
    weight = sum(one.weight for one in parts)
    return Known(weight, sum(one.weight * one.rate for one in parts) / weight) if weight else NOTHING


def spread_between(pairs: Iterable[tuple[Known, Sequence[Known]]]) -> float:
    """How much rates vary around those of others like them, in units of rate (1 - rate), by moments.

    Each rate is held against the others it is paired with, never against itself. After R. DerSimonian and N. Laird,
    "Meta-analysis in clinical trials", Controlled Clinical Trials 7 (1986), 177-188.

    >>> spread_between([(Known(100, 0.2), [Known(100, 0.2)])])
    0.0
    >>> round(spread_between([(Known(1e6, 0.4), [Known(1e6, 0.6)])]), 3)
    0.08
    """
    beyond = possible = 0.0
    for own, some in pairs:
        others = united(some)
        rate = united([own, others]).rate
        if others.weight and 0 < rate < 1:
            weight = 1 / (own.doubt + others.doubt)
            beyond += weight * (own.rate - others.rate) ** 2 / (rate * (1 - rate)) - 1
            possible += from_mean(weight, len(some))
    return max(0.0, beyond) / possible if possible else float("inf")


def from_mean(between: float, others: int) -> float:
    """How much one varies around the mean of so many others that vary so."""
    return between * (1 + 1 / max(1, others))


def leaning(own: Known, others: Known, between: float) -> Known:
    """A rate seen in its own windows and in those of others that vary by `between` around it.

    >>> leaning(Known(100, 0.2), Known(100, 0.16), 0.0)
    Known(weight=200.0, rate=0.18)
    >>> leaning(Known(100, 0.2), Known(900, 0.1), float("inf"))
    Known(weight=100.0, rate=0.2)
    """
    lent = 1 / (others.doubt + between)
    weight = own.weight + lent
    if own.weight == 0:
        return Known(lent, others.rate)
    rate = (own.weight * own.rate + lent * others.rate) / weight
    far = MOST_MOVED * (rate * (1 - rate) * own.doubt) ** 0.5
    return Known(weight, min(own.rate + far, max(own.rate - far, rate)))
