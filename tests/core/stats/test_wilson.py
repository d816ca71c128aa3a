"""Wilson's interval, against published values."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from services.core.stats.wilson import wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_nothing_tried_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(group=st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@example(group=(0, 1))
@example(group=(1, 1))
@example(group=(0, 5_000))
@example(group=(5_000, 5_000))
def test_the_interval_is_scipys(group: tuple[int, int]) -> None:
    found = wilson(*group)

    assert found == pytest.approx(binomtest(*group).proportion_ci(method="wilson"), abs=1e-12)
    assert 0 <= found.low <= group[0] / group[1] <= found.high <= 1  # as exactly as that
