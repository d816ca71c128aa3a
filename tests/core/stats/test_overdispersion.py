"""The correlation that counts were drawn with is found again."""

import numpy as np
import pytest

from services.core.stats.overdispersion import intraclass_correlation


@pytest.mark.parametrize("correlation", [0.005, 0.05])
def test_it_is_found_again_from_few_windows_a_group(correlation: float) -> None:
    rng = np.random.default_rng(1)
    strength = 1 / correlation - 1
    exposed = rng.poisson(80, (400, 4)) + 1
    rates = rng.beta(0.2 * strength, 0.8 * strength, (400, 4))
    affected = rng.binomial(exposed, rates)
    groups = [list(zip(map(int, n), map(int, k), strict=True)) for n, k in zip(exposed, affected, strict=True)]

    assert intraclass_correlation(groups) == pytest.approx(correlation, rel=0.2)


def test_nobody_exposed_says_nothing() -> None:
    assert intraclass_correlation([[(0, 0), (0, 0)], []]) == 0.0
