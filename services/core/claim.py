"""Who a partition belongs to: each taking-on is a claim, and of two workers that both believe in theirs the later wins.

A claim is a position written before anything else, with a generation higher than all before it. Versions begin with
the generation, so that whatever a worker still writes that has lost its partition is older than what the next one
does, and its own look at the positions (`lost`) tells it to stop.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec

from services.core.event import Millis
from services.core.rows import Left, PositionRow

VERSIONS = 1 << 40
"""Of one generation: as many checkpoints can follow one claim."""

OWED_FOR = timedelta(days=1)
"""How long rows are looked for that a worker which lost its partition may still bring: it may have been frozen."""


class Claimed(NamedTuple):
    """A partition taken on: where it goes on, and where to look for what its last owner did not finish."""

    position: PositionRow
    before: PositionRow | None
    finished: int  # the version up to which everything is true, in this log and in those before it
    left: list[Left]


def claim(
    positions: Sequence[PositionRow], log_id: str, partitions: Iterable[int], count: int, name: str
) -> list[Claimed]:
    """Claim partitions of a log of `count`, under a name of its own, given how far everything was when asked."""
    generation = max((one.generation for one in positions), default=0) + 1
    here = {one.partition: one for one in positions if one.log_id == log_id}
    began = min((one.began for one in here.values()), default=generation * VERSIONS)
    made = []
    for partition in partitions:
        before = here.get(partition)
        start = before or _beginning(log_id, partition, began)
        version = generation * VERSIONS
        position = msgspec.structs.replace(start, partitions=count, generation=generation, claim=name, version=version)
        left = [Left(partition, start.finished, version)]
        if start.finished == began:
            # Nobody has come to the end of a checkpoint in this log: nor has anybody taken back what others left.
            left += _left_by_other_logs(positions, log_id, began)
        finished = min(one.after for one in left)
        left += (one for one in start.owed if not _is_within(one, left[0]))
        if before is None:
            left += sorted({one._replace(elsewhere=True) for other in positions for one in other.owed})
        made.append(Claimed(position, before, finished, left))
    return made


def owing(claimed: Claimed, now: Millis) -> Claimed:
    """The same, its position telling those after it where to look too: another process may still write there.

    What has been looked for long enough is left out.
    """
    since = now - int(OWED_FOR.total_seconds() * 1000)
    left = [one._replace(found_at=one.found_at or now) for one in claimed.left if not 0 < one.found_at < since]
    return claimed._replace(position=msgspec.structs.replace(claimed.position, owed=left), left=left)


def generation(version: int) -> int:
    """Of whoever wrote a row of this version."""
    return version // VERSIONS


def is_true(version: int, stands_for: Iterable[int]) -> bool:
    """Whether a visitor's row that was left unfinished stands, given how far those of each generation do."""
    return any(version <= one and generation(version) == generation(one) for one in stands_for)


def lost(positions: Iterable[PositionRow], log_id: str, claims: Mapping[int, str]) -> list[int]:
    """The partitions that somebody else has claimed since: partition → name of our claim."""
    return [
        one.partition for one in positions if one.log_id == log_id and claims.get(one.partition, one.claim) != one.claim
    ]


def _is_within(one: Left, other: Left) -> bool:
    here = (one.partition, one.elsewhere) == (other.partition, other.elsewhere)
    return here and other.after <= one.after and one.before <= other.before


def _left_by_other_logs(positions: Iterable[PositionRow], log_id: str, began: int) -> list[Left]:
    finished: dict[int, int] = {}
    for one in positions:
        if one.log_id != log_id:
            # A log in which no checkpoint came to its end says nothing of those before it.
            version = one.finished if one.finished > one.began else 0
            finished[one.partition] = max(finished.get(one.partition, 0), version)
    return [Left(partition, version, began, elsewhere=True) for partition, version in finished.items()]


def _beginning(log_id: str, partition: int, began: int) -> PositionRow:
    return PositionRow(
        log_id=log_id,
        partition=partition,
        partitions=0,
        generation=0,
        claim="",
        began=began,
        finished=began,
        next_offset=0,
        clocks="{}",
        version=began,
    )
