"""The Mantel-Haenszel risk difference with Sato's interval."""

from math import sqrt
from random import Random

import pytest

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
    assert (found.low, found.high, found.p) == (1.0, 1.0, 0.0)


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
