"""Recorded visits taken through the pure core: the sessions and findings that a worker would have written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from services.core.changes import Changes
from services.core.claim import claim
from services.core.event import Event, Millis, end_of_import
from services.core.journey import Journey
from services.core.pipeline import Pipeline
from services.core.rows import FindingRow, RefusedRow, SessionRow

FETCH = 5_000

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Record:
    """A record as Kafka would hand it over."""

    offset: int
    value: bytes | None


class Trial:
    """What stands once all visits are over."""

    def __init__(self, journey: Journey, events: Sequence[Event], now: Millis) -> None:
        """Judge events in the order of time. What cannot be judged is set aside in `refused`."""
        self.refused: list[RefusedRow] = []
        self._sessions: dict[str, SessionRow] = {}
        self._findings: dict[str, FindingRow] = {}
        pipeline = Pipeline(journey)
        self.book = pipeline.book
        [claimed] = claim([], "check", [0], 1, "check")
        pipeline.assign(0, claimed.position, ())
        records = [Record(offset, _encode(event)) for offset, event in enumerate([*events, *_ends(events, now)])]
        for at in range(0, len(records), FETCH):
            pipeline.feed(0, records[at : at + FETCH], now)
            self._take(pipeline.take())

    @property
    def sessions(self) -> list[SessionRow]:
        """The sessions, oldest first."""
        standing = (row for row in self._sessions.values() if not row.is_deleted)
        return sorted(standing, key=lambda row: (row.started_at, row.id))

    @property
    def findings(self) -> list[FindingRow]:
        """The findings, oldest first."""
        standing = (row for row in self._findings.values() if not row.is_deleted)
        return sorted(standing, key=lambda row: (row.occurred_at, row.id))

    def _take(self, changes: Changes) -> None:
        self.refused += changes.refused
        self._sessions.update((row.id, row) for row in changes.sessions)
        self._findings.update((row.id, row) for row in changes.findings)


def _ends(events: Sequence[Event], now: Millis) -> Iterator[Event]:
    """What tells each project that nothing more will come, so that its last sessions close."""
    for project in sorted({event.project for event in events}):
        yield end_of_import(project, now)
