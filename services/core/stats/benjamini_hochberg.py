"""Which of many findings stand, when some would look striking by chance alone."""

from collections.abc import Sequence


def benjamini_hochberg(p_values: Sequence[float], q: float = 0.05) -> list[bool]:
    """For each p-value whether it stands, so that at most a share q of those that stand are false.

    With the p-values in rising order, all up to the largest k with p(k) ≤ qk/m stand.
    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate",
    Journal of the Royal Statistical Society B 57 (1995), 289-300.

    >>> benjamini_hochberg([0.041, 0.001, 0.5, 0.021])
    [False, True, False, True]
    """
    ranked = sorted(p_values)
    passed = [p for rank, p in enumerate(ranked, 1) if p <= q * rank / len(ranked)]
    limit = max(passed, default=-1.0)
    return [p <= limit for p in p_values]
