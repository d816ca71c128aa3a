"""The net promoter score with its interval."""

from math import sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.core.stats.net_promoter import net_promoter_score


def test_promoters_less_detractors() -> None:
    found = net_promoter_score(promoters=50, detractors=50, answers=200)

    assert found is not None
    assert found.score == 0
    assert found.low == pytest.approx(-found.high)


def test_nobody_asked_says_nothing() -> None:
    assert net_promoter_score(0, 0, 0) is None


def test_one_answer_is_not_certain() -> None:
    found = net_promoter_score(promoters=1, detractors=0, answers=1)

    assert found is not None
    assert found.score == found.high == 100
    assert found.low < 0


@given(said=st.tuples(*[st.integers(0, 300)] * 3).filter(any))
@example(said=(0, 1, 0))
def test_the_interval_is_that_of_a_mean_of_three_values_with_some_added(said: tuple[int, int, int]) -> None:
    promoters, detractors, _ = said

    found = net_promoter_score(promoters, detractors, sum(said))

    added = np.add(said, (0.75, 0.75, 1.5))
    mean = np.average([1, -1, 0], weights=added)
    half = 1.959963984540054 * sqrt(np.average((np.array([1, -1, 0]) - mean) ** 2, weights=added) / added.sum())
    low, high = np.clip([100 * (mean - half), 100 * (mean + half)], -100, 100)
    score = 100 * (promoters - detractors) / sum(said)
    assert found is not None
    assert (found.score, found.low, found.high) == pytest.approx((score, min(score, low), max(score, high)))


@pytest.mark.parametrize(("promoter", "detractor", "answers"), [(0.5, 0.2, 30), (0.2, 0.2, 100), (0.7, 0.05, 60)])
def test_the_interval_covers_the_truth_95_times_in_100(promoter: float, detractor: float, answers: int) -> None:
    random, covered = Random(5), 0
    for _ in range(1_000):
        said = [random.random() for _ in range(answers)]
        promoters = sum(one < promoter for one in said)
        detractors = sum(one > 1 - detractor for one in said)
        found = net_promoter_score(promoters, detractors, answers)
        assert found is not None
        covered += found.low <= 100 * (promoter - detractor) <= found.high

    assert covered >= 930
