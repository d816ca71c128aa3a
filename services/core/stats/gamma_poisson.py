"""How unlikely so few events are, where their number itself varies from window to window."""

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log


def lower_tail(count: int, mean: float, spread: float) -> float:
    """P(X ≤ count) for X negative binomial with variance `mean + spread * mean²`; `spread` 0 is Poisson's.

    M. Greenwood and G. U. Yule, Journal of the Royal Statistical Society 83 (1920), 255-279.

    >>> f"{lower_tail(0, 10, 0.0):.2e} {lower_tail(0, 10, 0.1):.2e}"
    '4.54e-05 9.77e-04'
    """
    size = 1 / max(spread, 1e-7)
    total = sum(exp(_log_mass(k, mean, size)) for k in range(count + 1))
    return min(1.0, total)


def _log_mass(k: int, mean: float, size: float) -> float:
    ways = lgamma(k + size) - lgamma(size) - lgamma(k + 1)
    return ways - size * log(1 + mean / size) + k * log(mean / (size + mean))


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
