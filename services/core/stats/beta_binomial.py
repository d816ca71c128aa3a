"""How unlikely so many affected are, where the rate itself varies from window to window."""

from math import exp, lgamma

NEGLIGIBLE = 1e-17
"""Of a sum: what a double cannot hold beside 1."""


def upper_tail(affected: int, exposed: int, rate: float, correlation: float) -> float:
    """P(X ≥ affected) for X beta-binomial with mean `exposed * rate`, 0 < rate < 1.

    `correlation` is the intraclass correlation r, from 0 (binomial) up to below 1: with a = rate (1/r - 1) and
    b = (1 - rate)(1/r - 1) the variance is n rate (1 - rate)(1 + (n - 1) r).
    J. G. Skellam, "A probability distribution derived from the binomial distribution by regarding the probability
    of success as variable between the sets of trials", Journal of the Royal Statistical Society B 10 (1948), 257-261.

    >>> f"{upper_tail(30, 100, 0.2, 0.0):.4f} {upper_tail(30, 100, 0.2, 0.02):.4f}"
    '0.0112 0.0932'
    """
    if affected <= 0:
        return 1.0
    if affected > exposed:
        return 0.0
    # A binomial is the limit; the gamma function's logarithms lose their digits beyond this.
    strength = min(1 / correlation - 1, 1e7) if correlation > 0 else 1e7
    alpha, beta = rate * strength, (1 - rate) * strength
    if affected >= exposed * rate:
        return min(1.0, _summed(affected, exposed, alpha, beta))
    # The lower tail is the unaffected's upper one, and the shorter to sum.
    return max(0.0, 1 - _summed(exposed - affected + 1, exposed, beta, alpha))


def _summed(first: int, exposed: int, alpha: float, beta: float) -> float:
    """The masses of `first` and all above it, each from the one before."""
    term, total = exp(_log_mass(first, exposed, alpha, beta)), 0.0
    for k in range(first, exposed + 1):
        total += term
        if term < NEGLIGIBLE * total:
            break
        term *= (exposed - k) / (k + 1) * (alpha + k) / (beta + exposed - k - 1 or 1)
    return total


def _log_mass(k: int, n: int, alpha: float, beta: float) -> float:
    chosen = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return chosen + _log_beta(k + alpha, n - k + beta) - _log_beta(alpha, beta)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
