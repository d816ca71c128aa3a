"""The lower tail against scipy's, and the spread found again."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from services.core.stats.gamma_poisson import lower_tail, spread_of


@pytest.mark.parametrize("count", [0, 7, 60])
def test_the_tail_is_scipys(count: int) -> None:
    size = 1 / 0.04

    assert lower_tail(count, 80, 0.04) == pytest.approx(float(nbinom.cdf(count, size, size / (size + 80))), rel=1e-9)


def test_without_spread_it_is_poissons() -> None:
    assert lower_tail(60, 80, 0.0) == pytest.approx(float(poisson.cdf(60, 80)), rel=1e-3)


def test_the_spread_of_counts_is_found_again() -> None:
    rng = np.random.default_rng(2)
    drawn = rng.poisson(rng.gamma(20, 100 / 20, (300, 4)))

    assert spread_of([[int(one) for one in group] for group in drawn]) == pytest.approx(0.05, rel=0.15)
