"""The way of a worker's records to rows: feed what was fetched, take what changed.

One pipeline serves all partitions a worker holds. It never waits, never writes and never reads a clock.
"""

import sys
from collections.abc import Iterable, Sequence

from services.core.changes import Changes
from services.core.event import Millis
from services.core.journey import Journey
from services.core.partition import Partition, Record
from services.core.rows import ForgottenRow, PositionRow, RefusedRow, StateRow, UnfinishedRow
from services.core.rulebook import Rulebook


class Pipeline:
    """Sessions, stages, jobs and findings of the partitions this worker holds."""

    def __init__(self, journey: Journey) -> None:
        self.book = Rulebook(journey)
        self._partitions: dict[int, Partition] = {}

    @property
    def partitions(self) -> list[int]:
        """The partitions held."""
        return list(self._partitions)

    @property
    def pending(self) -> int:
        """Records fed since the last `take`."""
        return sum(partition.pending for partition in self._partitions.values())

    @property
    def pending_bytes(self) -> int:
        """What these came as."""
        return sum(partition.pending_bytes for partition in self._partitions.values())

    def assign(
        self,
        partition: int,
        position: PositionRow,
        states: Iterable[StateRow],
        unfinished: Iterable[UnfinishedRow] = (),
    ) -> None:
        """Take a partition on, as its last checkpoint left it. Records before `position.next_offset` are skipped.

        `unfinished` is what was written past the last position, and is withdrawn unless its visitor's state came
        after it. Raises NewerState where a later version of this program wrote the states.
        """
        self._partitions[partition] = Partition(self.book, position, states, unfinished)

    def take_back(self, partition: int, unfinished: Iterable[UnfinishedRow]) -> None:
        """Withdraw what was still written after a partition had been taken on by this worker."""
        self._partitions[partition].take_back(unfinished)

    def forget(self, rows: Sequence[ForgottenRow]) -> list[ForgottenRow]:
        """Drop what visitors did until they asked for it. Those not known before are answered: erase their rows."""
        return [row for partition in self._partitions.values() for row in partition.forget(rows)]

    def release(self, partition: int) -> None:
        """Forget a partition. Call `take` first: what has not been taken is lost."""
        self._partitions.pop(partition, None)

    def feed(self, partition: int, records: Sequence[Record], now: Millis) -> Sequence[RefusedRow]:
        """Apply fetched records in order. A record that cannot be applied is set aside and answered, never raised.

        `now` stamps what is set aside, and tells when an import has gone quiet.
        """
        fed = self._partitions[partition]
        before = len(fed.refused)
        fed.feed(records, now)
        return fed.refused[before:]

    def tick(self, partition: int, now: Millis) -> None:
        """Let the wall clock pass on a partition whose last record has been fed (lag 0): idle sessions close."""
        self._partitions[partition].tick(now)

    def begin(self) -> Changes:
        """Begin a checkpoint of all that was fed until now; `render` writes it down. One at a time.

        The caller must write all of it to the store or stop.
        """
        changes = Changes()
        for partition in self._partitions.values():
            partition.begin(changes)
        return changes

    def render(self, most: int) -> bool:
        """Write up to so many visitors down in what `begin` answered; whether there were any left.

        Feeding may go on between two calls, and changes nothing of what the checkpoint says.
        """
        for partition in self._partitions.values():
            most -= partition.render(most)
        return most <= 0

    def take(self) -> Changes:
        """A whole checkpoint at once."""
        changes = self.begin()
        while self.render(sys.maxsize):
            pass
        return changes


__all__ = ["Changes", "Pipeline", "Record"]
