"""The tail against scipy's sums, for small and large windows alike."""

import pytest
from scipy.stats import betabinom, binom

from services.core.stats.beta_binomial import upper_tail


@pytest.mark.parametrize("exposed", [1, 30, 1000])
@pytest.mark.parametrize("rate", [0.003, 0.2, 0.9])
@pytest.mark.parametrize("correlation", [1e-4, 0.02, 0.3])
def test_the_tail_is_scipys(exposed: int, rate: float, correlation: float) -> None:
    strength = 1 / correlation - 1
    masses = betabinom.pmf(range(exposed + 1), exposed, rate * strength, (1 - rate) * strength)

    for affected in {0, 1, exposed // 10, exposed // 2, exposed}:
        assert upper_tail(affected, exposed, rate, correlation) == pytest.approx(
            float(masses[affected:].sum()), rel=1e-8, abs=1e-15
        )


def test_without_correlation_it_is_the_binomial() -> None:
    assert upper_tail(31, 100, 0.2, 0.0) == pytest.approx(float(binom.sf(30, 100, 0.2)), rel=1e-4)


def test_more_than_were_exposed_cannot_be() -> None:
    assert upper_tail(5, 4, 0.5, 0.1) == 0.0
