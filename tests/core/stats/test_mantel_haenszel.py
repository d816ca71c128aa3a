"""The Mantel-Haenszel risk difference with Sato's interval."""

from collections.abc import Sequence
from fractions import Fraction
from math import erfc, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.stats import chi2, hypergeom

from services.core.stats.mantel_haenszel import Stratum, risk_difference


def test_one_stratum_is_the_plain_difference_with_its_binomial_error() -> None:
    found = risk_difference([Stratum(affected=50, affected_converted=10, unaffected=50, unaffected_converted=20)])

    assert found is not None
    error = sqrt(0.2 * 0.8 / 50 + 0.4 * 0.6 / 50)
    assert found.difference == pytest.approx(0.2)
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * error)


def test_strata_without_both_groups_do_not_count() -> None:
    both = Stratum(30, 10, 40, 20)

    assert risk_difference([both, Stratum(500, 0, 0, 0), Stratum(0, 0, 500, 500)]) == risk_difference([both])
    assert risk_difference([Stratum(500, 0, 0, 0)]) is None


def test_no_difference_has_a_p_near_one_and_a_large_one_near_zero() -> None:
    same, far = risk_difference([Stratum(100, 50, 100, 50)]), risk_difference([Stratum(100, 10, 100, 90)])

    assert same is not None
    assert far is not None
    assert same.p == 1.0
    assert far.p < 1e-20


def test_no_spread_at_all_is_certain() -> None:
    found = risk_difference([Stratum(40, 0, 40, 40)])

    assert found is not None
    assert (found.low, found.high) == (1.0, 1.0)
    assert found.p < 1e-15


def test_where_everybody_fared_alike_nothing_speaks_for_a_difference() -> None:
    found = risk_difference([Stratum(40, 0, 40, 0)])

    assert found is not None
    assert (found.difference, found.p) == (0.0, 1.0)


def test_a_few_of_whom_nobody_went_on_are_no_proof_where_few_go_on_anyway() -> None:
    random = Random(11)

    found = [risk_difference([simulated(random, 0.1, 0.035, 1_000, effect=0.0)]) for _ in range(2_000)]

    worse = [one.p for one in found if one is not None and one.difference > 0]
    assert sum(p < 0.001 for p in worse) <= 2
    assert sum(p < 0.05 for p in worse) <= 70  # 2.5 % each way, and some


def test_p_is_that_of_the_textbook() -> None:
    found = risk_difference([Stratum(10, 2, 20, 8), Stratum(30, 9, 20, 11)])

    # (Σ (a n₀ - c n₁)/N)² / Σ n₁n₀m₁m₀/N²(N-1) = (1.333… + 3)² / (1.532… + 2.938…)
    assert found is not None
    statistic = (40 / 30 + 150 / 50) ** 2 / (10 * 20 * 10 * 20 / (900 * 29) + 30 * 20 * 20 * 30 / (2500 * 49))
    assert found.p == pytest.approx(erfc(sqrt(statistic / 2)))


GROUP = st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
STRATA = st.lists(st.builds(lambda one, other: Stratum(*one, *other), GROUP, GROUP), min_size=1, max_size=6)


@given(strata=STRATA)
@example(strata=[Stratum(1, 1, 1, 0)])
@example(strata=[Stratum(1, 0, 1, 1), Stratum(2, 1, 1, 1)])
@example(strata=[Stratum(40, 0, 40, 40), Stratum(1, 1, 60, 0)])
def test_p_is_by_scipys_hypergeometric_distribution_of_each_stratum(strata: list[Stratum]) -> None:
    found = risk_difference(strata)

    both = [one for one in strata if one.affected and one.unaffected]
    if not both:
        assert found is None
        return
    moments = [mean_and_variance(one) for one in both]
    spread = sum(variance for _, variance in moments)
    assume(spread > 1e-9)
    far = sum(one.unaffected_converted - mean for one, (mean, _) in zip(both, moments, strict=True))
    assert found is not None
    assert found.p == pytest.approx(chi2.sf(far**2 / spread, df=1), rel=1e-6, abs=1e-9)


def mean_and_variance(one: Stratum) -> tuple[float, float]:
    """Were there no difference, those who went on would fall on the unaffected as balls drawn from an urn."""
    drawn = np.arange(one.unaffected + 1)
    of_all = one.affected + one.unaffected, one.affected_converted + one.unaffected_converted
    chances = hypergeom.pmf(drawn, *of_all, one.unaffected)
    mean = chances @ drawn
    return float(mean), float(chances @ (drawn - mean) ** 2)


@given(strata=STRATA)
@example(strata=[Stratum(1, 1, 1, 0)])
@example(strata=[Stratum(40, 0, 40, 40)])
def test_difference_and_interval_are_satos_in_exact_fractions(strata: list[Stratum]) -> None:
    found = risk_difference(strata)

    assume(any(one.affected and one.unaffected for one in strata))
    difference, variance = sato(strata)
    half = 1.959963984540054 * sqrt(variance)
    assert found is not None
    assert (found.difference, found.low, found.high) == pytest.approx(
        (float(difference), float(difference) - half, float(difference) + half), abs=1e-7
    )


def sato(strata: Sequence[Stratum]) -> tuple[Fraction, Fraction]:
    """The difference, each stratum weighed by n₁n₀/N, and its variance, as Sato's paper of 1989 has them."""
    weight = difference = uneven = within = Fraction()
    for one in strata:
        treated, untreated = one.unaffected, one.affected
        if not treated or not untreated:
            continue
        risk, other = Fraction(one.unaffected_converted, treated), Fraction(one.affected_converted, untreated)
        share = Fraction(treated, treated + untreated)
        weight += share * untreated
        difference += share * untreated * (risk - other)
        uneven += share**2 * other * untreated - (1 - share) ** 2 * risk * treated
        uneven += share * (1 - share) * (untreated - treated) / 2
        within += share * untreated * (risk * (1 - other) + other * (1 - risk)) / 2
    return difference / weight, max(Fraction(), difference / weight * uneven + within) / weight**2


def test_the_interval_covers_the_truth_95_times_in_100_under_confounding() -> None:
    random = Random(7)  # those who convert most are also affected most: without strata the sign is wrong
    strata = [(0.15, 0.10, 400), (0.45, 0.50, 300), (0.80, 0.80, 300)]  # conversion, share affected, sessions

    found = [risk_difference([simulated(random, *stratum, effect=0.1) for stratum in strata]) for _ in range(1_000)]

    covered = sum(one is not None and one.low <= 0.1 <= one.high for one in found)
    assert 930 <= covered <= 970
    assert sum(one.difference for one in found if one) / len(found) == pytest.approx(0.1, abs=0.005)


def simulated(random: Random, conversion: float, share: float, sessions: int, *, effect: float) -> Stratum:
    """Sessions of which a share is affected, which costs them `effect` of their conversion."""
    affected = sum(random.random() < share for _ in range(sessions))
    lost = sum(random.random() < conversion - effect for _ in range(affected))
    kept = sum(random.random() < conversion for _ in range(sessions - affected))
    return Stratum(affected, lost, sessions - affected, kept)
