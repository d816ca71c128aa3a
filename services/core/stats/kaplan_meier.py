"""How long a thing lasts, where of some only a time is known at which it still lasted."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple


class Stay(NamedTuple):
    """How long something lasted; `is_over` is False where nobody saw its end."""

    seconds: float
    is_over: bool


def quantile(stays: Iterable[Stay], share: float) -> float | None:
    """The time by which this share is over, None where the curve never comes so far.

    S(t) = Π over the times up to t of (1 - ended there / still there before it): those whose end nobody saw count as
    long as they were seen, and neither as ended nor as never there.
    E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of the American Statistical
    Association 53 (1958), 457-481.

    >>> quantile([Stay(1, True), Stay(2, True), Stay(3, False), Stay(4, True)], 0.5)
    2
    >>> quantile([Stay(1, True), Stay(9, False)], 0.95) is None
    True
    """
    ordered = sorted(stays)
    lasting, left = 1.0, len(ordered)
    for _, together in groupby(ordered, key=lambda stay: stay.seconds):
        here = list(together)
        ended = sum(stay.is_over for stay in here)
        lasting *= 1 - ended / left
        left -= len(here)
        if ended and lasting <= 1 - share + 1e-12:  # a product of fractions
            return here[0].seconds
    return None
