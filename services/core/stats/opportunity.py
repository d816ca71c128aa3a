"""Which jobs are important to many and badly served: Ulwick's opportunity score, with its uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from services.core.stats.wilson import Z95


@dataclass(frozen=True)
class Demand:
    """What is known of a job's attempts: how many, what they were worth, and how they went.

    `smooth` of them got the job done without clear friction, `rough` with it, the rest of `decided` did not; where some
    still go on, as cumulative_incidence.py expects of all.
    """

    attempts: int
    worth: float
    squared_worth: float  # the sum of each attempt's worth, squared
    decided: float
    smooth: float
    rough: float


@dataclass(frozen=True)
class Score:
    """A score with its 95 % interval."""

    estimate: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: float, variance: float, highest: float = 10.0) -> "Score":
        half = Z95 * sqrt(variance)
        return cls(estimate, max(0.0, estimate - half), min(highest, estimate + half))


@dataclass(frozen=True)
class Opportunity:
    """Importance and satisfaction, each from 0 to 10, and the opportunity, from 0 to 20."""

    importance: Score
    satisfaction: Score
    opportunity: Score


def opportunities(demands: Sequence[Demand]) -> list[Opportunity | None]:
    """The opportunity of each job among all; None for a job nothing is decided of.

    Opportunity = importance + max(importance - satisfaction, 0)
    (A. W. Ulwick, "Turn customer input into innovation", Harvard Business Review 80:1 (2002), 91-97). Ulwick asks
    customers for both; here behaviour stands in for the answers:
    importance = 5 (n/(n + mean n) + v/(v + mean v)), with n attempts, v what they were worth, and means over the jobs,
    so that the average job has 5; 10 n/(n + mean n) where no attempt of any job was worth anything.
    satisfaction = the mean of 10 for an attempt done smoothly, 5 for one done with clear friction, 0 for one not done.
    Intervals by the delta method: attempts as Poisson, worth as compound Poisson, satisfaction as a mean of three
    values. Not by the largest job: which that is, is uncertain itself where two are close.
    """
    return [_opportunity(one, demands) if one.decided else None for one in demands]


def _opportunity(one: Demand, demands: Sequence[Demand]) -> Opportunity:
    importance, variance = _importance(one, demands)
    satisfaction, satisfaction_variance = _satisfaction(one)
    return _combined((importance, variance), (satisfaction, satisfaction_variance))


def rated(important: int, satisfied: int, ratings: int) -> Opportunity:
    """The opportunity by what customers rated: of so many ratings from 1 to 5, those of 4 or 5, as Ulwick counts them.

    Each is 10 times the share, its variance the binomial's after Agresti and Coull (two successes and two failures
    added), since no share of a sample is certain.

    >>> round(rated(important=80, satisfied=30, ratings=100).opportunity.estimate, 6)
    13.0
    """
    return _combined(_rating(important, ratings), _rating(satisfied, ratings))


def _rating(high: int, ratings: int) -> tuple[float, float]:
    share = (high + 2) / (ratings + 4)
    return 10 * high / ratings, 100 * share * (1 - share) / (ratings + 4)


def _combined(importance: tuple[float, float], satisfaction: tuple[float, float]) -> Opportunity:
    """The opportunity of an importance and a satisfaction, each with its variance."""
    unmet = importance[0] - satisfaction[0]
    spread = 4 * importance[1] + satisfaction[1] if unmet > 0 else importance[1]
    return Opportunity(
        Score.of(*importance), Score.of(*satisfaction), Score.of(importance[0] + max(unmet, 0.0), spread, 20.0)
    )


def _importance(one: Demand, demands: Sequence[Demand]) -> tuple[float, float]:
    """The importance and its variance, of which Var n = n, Var v = Σx² and Cov(n, v) = v for each job."""
    counts, worths = [float(job.attempts) for job in demands], [job.worth for job in demands]
    place = next(place for place, job in enumerate(demands) if job is one)
    by_count, count_slopes = _relative(counts, place)
    if sum(worths) <= 0:
        return 10 * by_count, 100 * sum(a * a * n for a, n in zip(count_slopes, counts, strict=True))
    by_worth, worth_slopes = _relative(worths, place)
    variance = sum(
        a * a * job.attempts + b * b * job.squared_worth + 2 * a * b * job.worth
        for a, b, job in zip(count_slopes, worth_slopes, demands, strict=True)
    )
    return 5 * (by_count + by_worth), 25 * variance


def _relative(sizes: Sequence[float], place: int) -> tuple[float, list[float]]:
    """x/(x + mean) of the one at a place, and how much it changes with each of the sizes."""
    size, mean = sizes[place], sum(sizes) / len(sizes)
    slopes = [-size / len(sizes) / (size + mean) ** 2] * len(sizes)
    slopes[place] += mean / (size + mean) ** 2
    return size / (size + mean), slopes


def _satisfaction(one: Demand) -> tuple[float, float]:
    """The mean and its variance; a success and a failure are added to it, or all alike would be certain."""
    mean = (10 * one.smooth + 5 * one.rough) / one.decided
    trials = one.decided + 2
    squares = (100 * (one.smooth + 1) + 25 * one.rough) / trials
    middle = (10 * (one.smooth + 1) + 5 * one.rough) / trials
    return mean, max(0.0, squares - middle**2) / trials
