"""The way of a worker's records to rows: feed what was fetched, take what changed.

One pipeline serves all partitions a worker holds. It never waits, never writes and never reads a clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.core.event import Millis
from services.core.journey import Journey
from services.core.rows import FindingRow, PositionRow, RefusedRow, SessionRow, StateRow


class Record(Protocol):
    """What the pipeline needs of a Kafka record."""

    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass
class Changes:
    """Everything since the last take, in the order in which it must be written."""

    events: list[bytes] = field(default_factory=list)  # JSON lines as they came, without duplicates
    refused: list[RefusedRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    states: list[StateRow] = field(default_factory=list)
    positions: list[PositionRow] = field(default_factory=list)


class Pipeline:
    """Sessions, stages, jobs and findings of the partitions this worker holds."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey

    def assign(self, partition: int, position: PositionRow, states: Iterable[StateRow]) -> None:
        """Take a partition on, as its last checkpoint left it. Records before `position.next_offset` must not be fed."""
        raise NotImplementedError

    def release(self, partition: int) -> None:
        """Forget a partition. Call `take` first: what has not been taken is lost."""
        raise NotImplementedError

    def feed(self, partition: int, records: Sequence[Record], now: Millis) -> None:
        """Apply fetched records in order. A record that cannot be applied is set aside, never raised.

        `now` only stamps what is set aside.
        """
        raise NotImplementedError

    def tick(self, partition: int, now: Millis) -> None:
        """Let the wall clock pass on a partition whose last record has been fed (lag 0): idle sessions close."""
        raise NotImplementedError

    @property
    def pending(self) -> int:
        """Records fed since the last `take`."""
        raise NotImplementedError

    def take(self) -> Changes:
        """Hand over what changed; the caller must write all of it or stop."""
        raise NotImplementedError
