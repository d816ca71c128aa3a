"""The clock that closes sessions: how far the time of a stream of events has come, and who is due by then."""

from collections import defaultdict

from services.core.event import Millis

BUCKET = 60_000
"""Visitors are looked at once a minute of the stream's time; which sessions are over is decided exactly."""


class Watermark:
    """A time that never goes back, with visitors to be looked at when it has come to a given time."""

    __slots__ = ("_due", "_next", "at")

    def __init__(self, at: Millis = 0) -> None:
        self.at = at
        self._due: defaultdict[int, set[str]] = defaultdict(set)
        self._next: int | None = None

    def remind(self, visitor: str, at: Millis) -> None:
        """Have a visitor named by `advance` once the time has passed `at`."""
        bucket = at // BUCKET + 1
        self._due[bucket].add(visitor)
        if self._next is None or bucket < self._next:
            self._next = bucket

    def advance(self, at: Millis) -> None:
        """Let the time come to `at`; an earlier time changes nothing."""
        self.at = max(self.at, at)

    def due(self) -> set[str]:
        """The visitors whose reminder has come, each once; they are forgotten here."""
        if self._next is None or self._next > self.at // BUCKET:
            return set()
        now = self.at // BUCKET
        come = [bucket for bucket in self._due if bucket <= now]
        visitors = set().union(*(self._due.pop(bucket) for bucket in come))
        self._next = min(self._due, default=None)
        return visitors
