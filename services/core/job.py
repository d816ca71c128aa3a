"""Which job a customer came to get done, judged by the evidence of one session."""

import math
from collections.abc import Sequence

import msgspec

UNASSIGNED = "unassigned"


class Label(msgspec.Struct, frozen=True, gc=False):
    """A job and how sure we are of it, from 0 to 1."""

    job: str
    confidence: float


def judge(
    names: Sequence[str],
    log_priors: Sequence[float],
    weights: Sequence[float],
    unassigned: float,
) -> Label:
    """The most probable job by Bayes' rule, `unassigned` being one of the candidates.

    A weight is the natural logarithm of a likelihood ratio: how many times as often the evidence is seen with
    this job as with none we know. `weights` holds each job's sum, `unassigned` the logarithm of that class's prior.
    p(job | evidence) = exp(log prior + sum of weights) / sum of the same over all jobs and `unassigned`
    (naive Bayes in log-odds form; Good, "Probability and the Weighing of Evidence", 1950).

    >>> judge(["gift"], [math.log(0.5)], [2.0], math.log(0.5)).job
    'gift'
    >>> judge(["gift"], [math.log(0.5)], [0.0], math.log(0.5)).job
    'unassigned'
    """
    scores = [prior + weight for prior, weight in zip(log_priors, weights, strict=True)]
    top = max([unassigned, *scores])
    total = math.exp(unassigned - top) + sum(math.exp(score - top) for score in scores)
    if top == unassigned:
        return Label(UNASSIGNED, round(1 / total, 4))
    return Label(names[scores.index(top)], round(1 / total, 4))
