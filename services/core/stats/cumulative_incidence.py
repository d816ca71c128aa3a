"""How many get something done in the end, and in which way, where some have not had all the time that they may take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Ended = Mapping[int, int]
"""How many after so long."""


@dataclass(frozen=True)
class Settled:
    """Tells as much as so many of whom each is over: `done` in each way, the others not at all."""

    of: float
    done: tuple[float, ...]


def settled(done: Sequence[Ended], going_on: Ended, failed: int) -> Settled:
    """What is to be expected of all: done in each of some ways after so long, still going on after so long, or failed.

    To count those that are done, and of the others only those that had all their time, would take the quick for the
    whole. So those that go on count as not done for as long as they have been seen, and say nothing beyond that: the
    share done in way k is the sum over times t of S(t-) d_k(t)/n(t), with S(t) = Π (1 - d/n). By Greenwood's variance
    S² Σ d/(n (n - d)) of the share of all ways it is worth as many trials as have that variance, which are all of them
    where all are over. Where the last to be seen were all done, it is worth no more than these.
    O. O. Aalen, S. Johansen, Scandinavian Journal of Statistics 5 (1978), 141-150;
    M. Greenwood, Reports on Public Health and Medical Subjects 33 (1926).

    >>> settled([{10: 2}, {20: 1}], {}, failed=3)
    Settled(of=6, done=(2, 1))
    >>> settled([{10: 1}, {}], {5: 7}, failed=1).done  # the seven were not seen for long enough to tell
    (1.0, 0.0)
    """
    over = sum(sum(way.values()) for way in done) + failed
    if not going_on:
        return Settled(over, tuple(sum(way.values()) for way in done))
    left, lasting, greenwood, certain = over + sum(going_on.values()), 1.0, 0.0, over
    shares = [0.0] * len(done)
    for moment in sorted({*going_on, *(one for way in done for one in way)}):
        here = [way.get(moment, 0) for way in done]
        ended = sum(here)
        shares = [share + lasting * some / left for share, some in zip(shares, here, strict=True)]
        if ended == left:
            certain, lasting = left, 0.0
        else:
            lasting *= 1 - ended / left
            greenwood += ended / (left * (left - ended))
        left -= ended + going_on.get(moment, 0)
    worth = sum(shares) / (lasting * greenwood) if lasting * greenwood > 0 else float(certain)
    return Settled(worth, tuple(share * worth for share in shares))
