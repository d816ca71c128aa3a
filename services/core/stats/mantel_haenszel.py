"""The difference of two groups' shares, like compared with like: pooled over strata."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, sqrt

from services.core.stats.wilson import Z95


@dataclass(frozen=True)
class Stratum:
    """Units that are alike, in two groups: how many there are, and how many of them went on."""

    affected: int
    affected_converted: int
    unaffected: int
    unaffected_converted: int


@dataclass(frozen=True)
class RiskDifference:
    """The unaffected's share less the affected's: above 0, the affected do worse."""

    difference: float
    low: float
    high: float
    p: float
    affected: int
    unaffected: int


def risk_difference(strata: Iterable[Stratum]) -> RiskDifference | None:
    """The Mantel-Haenszel risk difference with Sato's 95 % interval; None where no stratum has both groups.

    With n₁ unaffected of whom a converted, n₀ affected of whom c did, N = n₁ + n₀ and W = Σ n₁n₀/N:
    RD = Σ (a n₀ - c n₁)/N / W, and Var RD = (RD Σ P + Σ Q) / W² with
    P = (n₁² c - n₀² a + n₁n₀(n₀ - n₁)/2) / N² and Q = (a(n₀ - c) + c(n₁ - a)) / 2N.
    p is Cochran, Mantel and Haenszel's, two-sided, for RD = 0: its variance is that of no difference, so that a few
    affected of whom nobody went on, whose own spread would be none, are not taken for proof. Strata without both
    groups do not count.
    S. Greenland and J. M. Robins, Biometrics 41 (1985), 55-68;
    T. Sato, "On the variance estimator for the Mantel-Haenszel risk difference", Biometrics 45 (1989), 1323-1324;
    N. Mantel and W. Haenszel, Journal of the National Cancer Institute 22 (1959), 719-748.

    >>> weak, strong = Stratum(20, 2, 80, 16), Stratum(80, 48, 20, 14)
    >>> found = risk_difference([weak, strong])
    >>> f"{found.difference:.3f} {found.low:.3f} {found.high:.3f}"
    '0.100 -0.039 0.239'
    >>> (16 + 14) / 100 - (2 + 48) / 100  # without strata the sign is wrong
    -0.2
    """
    weight = difference = p_sum = q_sum = spread = 0.0
    affected = unaffected = 0
    for stratum in strata:
        n1, n0 = stratum.unaffected, stratum.affected
        if n1 == 0 or n0 == 0:
            continue
        a, c, n = stratum.unaffected_converted, stratum.affected_converted, n1 + n0
        weight += n1 * n0 / n
        difference += (a * n0 - c * n1) / n
        p_sum += (n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
        q_sum += (a * (n0 - c) + c * (n1 - a)) / (2 * n)
        spread += n1 * n0 * (a + c) * (n - a - c) / (n**2 * (n - 1))
        affected, unaffected = affected + n0, unaffected + n1
    if weight == 0:
        return None
    estimate = difference / weight
    error = sqrt(max(0.0, estimate * p_sum + q_sum)) / weight
    p = erfc(abs(difference) / sqrt(2 * spread)) if spread else 1.0
    return RiskDifference(estimate, estimate - Z95 * error, estimate + Z95 * error, p, affected, unaffected)
