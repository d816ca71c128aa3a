"""A rate seen in few windows, leaning on rates like it as far as the data show that they are alike."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_MOVED = 2.0
"""Standard errors by which borrowing may move a rate: one hour that truly is unlike all others stays so.
After B. Efron and C. Morris, "Limiting the risk of Bayes and empirical Bayes estimators, part II",
Journal of the American Statistical Association 67 (1972), 130-139."""


class Known(NamedTuple):
    """What windows say of the rate that they have in common. `weight`: sessions it is worth, if each were for itself.

    The variance of `rate` is rate (1 - rate) / weight.
    """

    weight: float
    rate: float

    @property
    def doubt(self) -> float:
        return 1 / self.weight if self.weight > 0 else float("inf")

    def without(self, part: "Known") -> "Known":
        """What the other windows say."""
        weight = self.weight - part.weight
        if weight <= 1e-9 * self.weight:
            return NOTHING
        return Known(weight, (self.weight * self.rate - part.weight * part.rate) / weight)


NOTHING = Known(0.0, 0.0)


def known(windows: Iterable[tuple[int, int]], correlation: float) -> Known:
    """Of windows (exposed, affected) that vary by this intraclass correlation beyond chance.

    >>> known([(100, 20), (100, 10)], 0.0), round(known([(100, 20), (100, 10)], 0.01).weight)
    (Known(weight=200.0, rate=0.15), 101)
    """
    weight = affected = 0.0
    for n, k in windows:
        worth = 1 / (1 + (n - 1) * correlation)
        weight += n * worth
        affected += k * worth
    return Known(weight, affected / weight if weight else 0.0)


def united(parts: Sequence[Known]) -> Known:
    """What is known of all of them together."""
    weight = sum(one.weight for one in parts)
    return Known(weight, sum(one.weight * one.rate for one in parts) / weight) if weight else NOTHING


def spread_between(families: Iterable[tuple[Known, Sequence[Known]]]) -> float:
    """How much the rates of a family's members vary around the family's, in units of rate (1 - rate).

    By moments, after R. DerSimonian and N. Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7
    (1986), 177-188, and one standard error more: that members are alike must show, it is not assumed.
    """
    beyond = possible = freedom = 0.0
    for family, members in families:
        variance = family.rate * (1 - family.rate)
        if len(members) < 2 or variance <= 0:
            continue
        freedom += len(members) - 1
        beyond += sum(one.weight * (one.rate - family.rate) ** 2 for one in members) / variance
        possible += family.weight - sum(one.weight**2 for one in members) / family.weight
    if possible <= 0:
        return float("inf")
    return (max(0.0, beyond - freedom) + (2 * freedom) ** 0.5) / possible


def leaning(own: Known, others: Known, between: float) -> Known:
    """A rate seen in its own windows and in those of others that differ by `between`, each as far as it is worth.

    >>> leaning(Known(100, 0.2), Known(900, 0.1), 0.0)
    Known(weight=1000.0, rate=0.12)
    >>> leaning(Known(100, 0.2), Known(900, 0.1), float("inf"))
    Known(weight=100.0, rate=0.2)
    """
    lent = 1 / (others.doubt + between)
    if own.weight == 0:
        return Known(lent, others.rate)
    weight = own.weight + lent
    rate = (own.weight * own.rate + lent * others.rate) / weight
    far = MOST_MOVED * (rate * (1 - rate) * own.doubt) ** 0.5
    return Known(weight, min(own.rate + far, max(own.rate - far, rate)))
