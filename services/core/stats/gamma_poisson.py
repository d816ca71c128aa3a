"""How unlikely so few events are, where their number itself varies from window to window."""

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log, log1p

TINY = 1e-300
PRECISE = 1e-12
MOST_TURNS = 100_000


def lower_tail(count: int, mean: float, spread: float) -> float:
    """P(X ≤ count) for X negative binomial with variance `mean + spread * mean²`; `spread` 0 is Poisson's.

    M. Greenwood and G. U. Yule, Journal of the Royal Statistical Society 83 (1920), 255-279; by the incomplete beta
    function I_q(size, count + 1), since millions of events an hour are too many to sum.

    >>> f"{lower_tail(0, 10, 0.0):.2e} {lower_tail(0, 10, 0.1):.2e} {lower_tail(3_400_000, 3_600_000, 0.01):.3f}"
    '4.54e-05 9.77e-04 0.297'
    """
    size = 1 / max(spread, 1e-7)
    return min(1.0, _incomplete_beta(size, count + 1, size / (size + mean)))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b). W. H. Press and others, Numerical Recipes (3rd edition, 2007), 6.4."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction, by Lentz's method; it takes about as many turns as the root of the larger argument."""
    above, below = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = below
    for m in range(1, MOST_TURNS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            below, above = 1 / _away(1 + term * below), _away(1 + term / above)
            value *= below * above
        if abs(below * above - 1) < PRECISE:
            break
    return value


def _away(number: float) -> float:
    """Not zero, which would be divided by."""
    return number if abs(number) > TINY else TINY


def spread_of(groups: Iterable[Sequence[int]]) -> float:
    """The variance beyond Poisson's, in squares of the mean, of counts that have one mean within each group."""
    beyond = squares = 0.0
    for counts in groups:
        if len(counts) > 1:
            mean = sum(counts) / len(counts)
            variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
            beyond += variance - mean
            squares += mean**2 - variance / len(counts)
    return max(0.0, beyond / squares) if squares > 0 else 0.0
