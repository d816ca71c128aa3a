"""The interval of a share, good also for few units and for shares near 0 and 1."""

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054
"""The standard normal's 97.5 % quantile: two-sided 95 % intervals."""


class Interval(NamedTuple):
    """The lower and upper end of a 95 % confidence interval."""

    low: float
    high: float


def wilson(successes: float, trials: float) -> Interval:
    """The 95 % score interval of successes / trials; all of [0, 1] where nothing was tried.

    (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n).
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.

    >>> low, high = wilson(62, 111)
    >>> f"{low:.4f} {high:.4f}"
    '0.4658 0.6474'
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    share = successes / trials
    shrink = 1 + Z95**2 / trials
    middle = (share + Z95**2 / (2 * trials)) / shrink
    half = Z95 * sqrt(share * (1 - share) / trials + Z95**2 / (4 * trials**2)) / shrink
    # The last digit of a root must not keep the interval of none, or of all, from its end.
    return Interval(middle - half if successes else 0.0, middle + half if successes < trials else 1.0)
