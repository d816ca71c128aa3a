"""How many would recommend, less how many would not."""

from dataclasses import dataclass
from math import sqrt

from services.core.stats.wilson import Z95


@dataclass(frozen=True)
class NetPromoterScore:
    """From -100 (all detractors) to 100 (all promoters)."""

    score: float
    low: float
    high: float


def net_promoter_score(promoters: int, detractors: int, answers: int) -> NetPromoterScore | None:
    """100 (p - d) with a 95 % interval; None without answers.

    Promoters answer 9 or 10 of 10, detractors 6 or less. The variance of a mean of +1, 0 and -1 is
    (p + d - (p - d)²)/n; for the interval ¾ is added to promoters and to detractors and 1½ to the others, without which
    it is too short where few answered (the adjusted Wald interval with triangular weights of the comparison). The score
    itself is never outside: a single answer would be, since what is added draws the middle to 0.
    F. Reichheld, Harvard Business Review 81:12 (2003), 46-54;
    B. Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016), 365-372.

    >>> net_promoter_score(promoters=60, detractors=20, answers=100).score
    40.0
    """
    if answers == 0:
        return None
    trials = answers + 3
    p, d = (promoters + 0.75) / trials, (detractors + 0.75) / trials
    half = Z95 * sqrt(max(0.0, p + d - (p - d) ** 2) / trials)
    score = (promoters - detractors) / answers
    low, high = min(score, max(-1.0, p - d - half)), max(score, min(1.0, p - d + half))
    return NetPromoterScore(100 * score, 100 * low, 100 * high)
