"""How much a rate varies between windows beyond chance: the intraclass correlation of counts, by moments."""

from collections.abc import Iterable, Sequence

Counts = tuple[int, int]
"""(exposed, affected)."""

HIGHEST = 0.5


def intraclass_correlation(groups: Iterable[Sequence[Counts]]) -> float:
    """r of windows that have one rate within each group: 0 where they vary no more than chance lets them.

    With v = n p̂(1 - p̂) and c = 1 - n/N, which a rate estimated from the group itself takes away,
    r = Σ ((k - n p̂)² - v c) / Σ (n - 1) v c over all windows. After J. C. Kleinman, "Proportions with extraneous
    variance: single and independent samples", Journal of the American Statistical Association 68 (1973), 46-54.

    >>> intraclass_correlation([[(100, 20), (100, 18), (100, 22)]])
    0.0
    >>> round(intraclass_correlation([[(100, 10), (100, 30), (100, 20)]]), 3)
    0.053
    """
    beyond = possible = 0.0
    for windows in groups:
        exposed = sum(n for n, _ in windows)
        rate = sum(k for _, k in windows) / exposed if exposed else 0.0
        for n, k in windows:
            by_chance = n * rate * (1 - rate) * (1 - n / exposed) if exposed else 0.0
            beyond += (k - n * rate) ** 2 - by_chance
            possible += (n - 1) * by_chance
    return min(HIGHEST, max(0.0, beyond / possible)) if possible > 0 else 0.0
