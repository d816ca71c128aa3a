"""The odds ratio with its interval and its p."""

from math import exp, log, sqrt
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.stats import chi2
from scipy.stats.contingency import chi2_contingency
from scipy.stats.contingency import odds_ratio as sample_odds_ratio

from services.core.stats.odds_ratio import odds_ratio

GROUPS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_large_groups_give_the_plain_cross_ratio() -> None:
    found = odds_ratio((30_000, 100_000), (10_000, 100_000))

    assert found is not None
    assert found.ratio == pytest.approx((30 / 70) / (10 / 90), rel=1e-3)
    assert found.p < 1e-100


def test_nobody_to_compare_with_says_nothing() -> None:
    assert odds_ratio((0, 0), (3, 10)) is None
    assert odds_ratio((3, 10), (0, 0)) is None


def test_all_alike_differ_in_nothing() -> None:
    found = odds_ratio((50, 50), (20, 20))

    assert found is not None
    assert found.p == 1.0
    assert found.low < 1 < found.high


@given(one=GROUPS, other=GROUPS)
def test_turning_the_groups_round_inverts_the_ratio(one: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = odds_ratio(one, other), odds_ratio(other, one)

    assert there is not None
    assert back is not None
    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.low == pytest.approx(1 / back.high)
    assert there.p == pytest.approx(back.p)


@given(one=GROUPS, other=GROUPS)
@example(one=(0, 40), other=(40, 40))
@example(one=(0, 1), other=(0, 1))
@example(one=(1, 1), other=(0, 200))
def test_ratio_and_interval_are_scipys_with_a_half_added_to_each_cell(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found = odds_ratio(one, other)

    # scipy takes whole numbers only: of twice the cells the ratio is the same, and the logarithm's error √½ of it.
    doubled = sample_odds_ratio([[2 * a + 1, 2 * (n - a) + 1] for a, n in (one, other)], kind="sample")
    half = sqrt(2) * log(doubled.confidence_interval(0.95).high / doubled.statistic)
    assert found is not None
    ends = doubled.statistic * exp(-half), doubled.statistic * exp(half)
    assert (found.ratio, found.low, found.high) == pytest.approx((doubled.statistic, *ends))


@given(one=GROUPS, other=GROUPS)
@example(one=(0, 40), other=(40, 40))
@example(one=(1, 1), other=(0, 1))
def test_p_is_that_of_scipys_chi_square_with_one_unit_less(one: tuple[int, int], other: tuple[int, int]) -> None:
    assume(0 < one[0] + other[0] < one[1] + other[1])
    found, units = odds_ratio(one, other), one[1] + other[1]

    whole = chi2_contingency([[a, n - a] for a, n in (one, other)], correction=False)

    assert found is not None
    assert found.p == pytest.approx(chi2.sf(whole.statistic * (units - 1) / units, df=1), rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(("share", "other", "units"), [(0.3, 0.3, 60), (0.1, 0.25, 80), (0.6, 0.4, 200)])
def test_the_interval_covers_the_truth_and_p_is_small_by_chance_as_often_as_it_says(
    share: float, other: float, units: int
) -> None:
    random = Random(11)
    truth = share / (1 - share) / (other / (1 - other))

    found = [
        odds_ratio((drawn(random, share, units), units), (drawn(random, other, units), units)) for _ in range(1_000)
    ]

    assert sum(one is not None and one.low <= truth <= one.high for one in found) >= 930
    if share == other:
        assert sum(one is not None and one.p <= 0.05 for one in found) <= 70


def drawn(random: Random, share: float, units: int) -> int:
    return sum(random.random() < share for _ in range(units))
