"""The opportunity score: importance from demand and worth, satisfaction from how attempts went."""

from collections.abc import Sequence
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.stats.opportunity import Demand, opportunities


def demand(attempts: int, worth: float, smooth: int, rough: int) -> Demand:
    return Demand(attempts, worth * attempts, worth**2 * attempts, attempts, smooth, rough)


def test_a_job_that_many_have_and_few_get_done_is_the_opportunity() -> None:
    unmet, met = opportunities([demand(1_000, 50, 100, 100), demand(1_000, 50, 900, 50)])

    assert unmet is not None
    assert met is not None
    assert (unmet.importance.estimate, unmet.satisfaction.estimate) == (5, 1.5)
    assert unmet.opportunity.estimate == pytest.approx(5 + 3.5)
    assert met.satisfaction.estimate == pytest.approx(9.25)
    assert met.opportunity.estimate == pytest.approx(5)
    assert unmet.opportunity.low > met.opportunity.high


def test_demand_and_worth_weigh_alike_against_the_average_job() -> None:
    many, rich = opportunities([demand(300, 10, 300, 0), demand(100, 90, 100, 0)])

    assert many is not None
    assert rich is not None
    assert many.importance.estimate == pytest.approx(5 * (300 / 500 + 3_000 / 9_000))
    assert rich.importance.estimate == pytest.approx(5 * (100 / 300 + 9_000 / 15_000))


def test_without_any_worth_demand_alone_says_what_matters() -> None:
    many, few = opportunities([demand(300, 0, 300, 0), demand(100, 0, 100, 0)])

    assert many is not None
    assert few is not None
    assert many.importance.estimate == pytest.approx(6)
    assert few.importance.estimate == pytest.approx(10 / 3)


def test_a_job_of_which_nothing_is_decided_has_no_score() -> None:
    assert opportunities([Demand(5, 0, 0, 0, 0, 0), demand(100, 1, 50, 0)])[0] is None
    assert opportunities([]) == []


def test_three_successes_of_three_are_not_certain() -> None:
    (found,) = opportunities([demand(3, 10, 3, 0)])

    assert found is not None
    assert found.satisfaction.estimate == 10
    assert found.satisfaction.low < 9


SIZES = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 200), st.integers(1, 5)), min_size=1, max_size=4)


@given(sizes=SIZES)
def test_the_interval_of_importance_is_by_its_slopes_as_measured(sizes: list[tuple[int, int, int]]) -> None:
    # Each attempt is worth as much as any, times a spread; what squares add up to grows by that.
    demands = [Demand(n, n * worth, n * worth**2 * spread, n, n, 0) for n, worth, spread in sizes]
    at = [float(one.attempts) for one in demands] + [one.worth for one in demands]

    slopes = [measured_slope(at, place) for place in range(len(at))]
    by_count, by_worth = slopes[: len(demands)], slopes[len(demands) :]
    variance = sum(
        a * a * one.attempts + b * b * one.squared_worth + 2 * a * b * one.worth
        for a, b, one in zip(by_count, by_worth, demands, strict=True)
    )

    found = opportunities(demands)[0]
    assert found is not None
    assert found.importance.estimate == pytest.approx(importance_of_the_first(at))
    half = 1.959963984540054 * sqrt(variance)
    low, high = max(0.0, found.importance.estimate - half), min(10.0, found.importance.estimate + half)
    assert (found.importance.low, found.importance.high) == pytest.approx((low, high), abs=1e-4)


def importance_of_the_first(sizes: Sequence[float]) -> float:
    """By how many attempts there are at each job, then by what they are worth."""
    jobs = len(sizes) // 2
    counts, worths = sizes[:jobs], sizes[jobs:]
    return sum(5 * some[0] / (some[0] + sum(some) / jobs) for some in (counts, worths))


def measured_slope(at: Sequence[float], place: int) -> float:
    step = 1e-4 * at[place]
    ends = [[*at[:place], at[place] + by, *at[place + 1 :]] for by in (step, -step)]
    return (importance_of_the_first(ends[0]) - importance_of_the_first(ends[1])) / (2 * step)


def test_the_intervals_cover_the_truth() -> None:
    random = Random(3)
    # Two jobs by their attempts a period, mean worth, and the chances to be done smoothly and with friction.
    truth = [(400, 60.0, 0.3, 0.2), (250, 90.0, 0.2, 0.1)]
    importance = 5 * (250 / (250 + 325) + 22_500 / (22_500 + 23_250))
    opportunity = 2 * importance - (10 * 0.2 + 5 * 0.1)

    covered_importance = covered = 0
    for _ in range(600):
        found = opportunities([drawn(random, *one) for one in truth])[1]
        assert found is not None
        covered_importance += found.importance.low <= importance <= found.importance.high
        covered += found.opportunity.low <= opportunity <= found.opportunity.high

    assert min(covered_importance, covered) >= 600 * 0.93


def drawn(random: Random, mean: int, worth: float, smooth: float, rough: float) -> Demand:
    """A period's attempts: Poisson in number (as binomial of many), exponential in worth."""
    attempts = sum(random.random() < 0.1 for _ in range(mean * 10))
    worths = [random.expovariate(1 / worth) for _ in range(attempts)]
    went = [random.random() for _ in range(attempts)]
    smoothly = sum(one < smooth for one in went)
    roughly = sum(smooth <= one < smooth + rough for one in went)
    return Demand(attempts, sum(worths), sum(one * one for one in worths), attempts, smoothly, roughly)
