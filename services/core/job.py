"""Which job a customer came to get done, judged by the evidence of one session."""

import math
from collections.abc import Sequence

import msgspec

UNASSIGNED = "unassigned"

STATED_WEIGHT = 10.0
"""What a customer says weighs as much as the strongest rule that a journey file can have."""


class Label(msgspec.Struct, frozen=True, gc=False):
    """A job and how sure we are of it, from 0 to 1."""

    job: str
    confidence: float


def judge(names: Sequence[str], scores: Sequence[float], unassigned: float, stated: str = "") -> Label:
    """The most probable job by Bayes' rule, `unassigned` being one of the candidates.

    A weight is the natural logarithm of a likelihood ratio: how many times as often the evidence is seen with
    this job as with none we know. `scores` holds each job's log prior and the sum of its weights, `unassigned` the
    logarithm of that class's prior.
    p(job | evidence) = exp(score) / sum of the same over all jobs and `unassigned`
    (naive Bayes in log-odds form; Good, "Probability and the Weighing of Evidence", 1950).

    What the customer `stated` decides the label, whatever else speaks against it; that only lowers the confidence.

    >>> judge(["gift"], [math.log(0.5) + 2.0], math.log(0.5)).job
    'gift'
    >>> judge(["gift"], [math.log(0.5)], math.log(0.5)).job
    'unassigned'
    >>> judge(["gift", "buy"], [-2.3, 12.0], -0.7, stated="gift")
    Label(job='gift', confidence=0.0134)
    """
    judged = {UNASSIGNED: unassigned, **dict(zip(names, scores, strict=True))}
    if stated:
        judged[stated] += STATED_WEIGHT
    top = max(judged.values())
    total = sum(math.exp(score - top) for score in judged.values())
    job = stated or max(judged, key=judged.__getitem__)
    return Label(job, round(math.exp(judged[job] - top) / total, 4))
