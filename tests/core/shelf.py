"""What a store would hold after checkpoints, of which any may have been cut short, and what the next worker finds."""

from typing import Any

from services.core.changes import Changes
from services.core.claim import Claimed, Left, claim
from services.core.journey import Journey
from services.core.pipeline import Pipeline
from services.core.rows import FindingRow, PositionRow, SessionRow, StateRow, UnfinishedRow
from services.core.visitor_state import believed
from tests.core.build import pipeline, start


class Shelf:
    """One partition's rows: all that were written, in the order in which they were."""

    def __init__(self, journey: Journey | None = None) -> None:
        self._journey = journey
        self.sessions: list[SessionRow] = []
        self.findings: list[FindingRow] = []
        self._states: list[StateRow] = []
        self._positions: list[PositionRow] = [start()]
        self._left: list[Left] = []
        self._late: tuple[str, list[Any]] | None = None
        self._tables: dict[str, list[Any]] = {
            "sessions": self.sessions,
            "findings": self.findings,
            "states": self._states,
            "positions": self._positions,
        }

    @property
    def position(self) -> PositionRow:
        """How far the partition has been applied."""
        return max(self._positions, key=lambda row: row.version)

    @property
    def states(self) -> list[StateRow]:
        """The newest state of each visitor in each log."""
        newest: dict[tuple[str, str, str], StateRow] = {}
        for row in sorted(self._states, key=lambda row: row.version):
            newest[row.project, row.visitor, row.log_id] = row
        return list(newest.values())

    @property
    def unfinished(self) -> list[UnfinishedRow]:
        """What was written past the last position before the last claim, and not again since."""
        return [row for left in self._left for row in self._between(left.after, left.before)]

    def put(self, changes: Changes, dies_before: str = "", *, late: bool = False) -> None:
        """Write a checkpoint, or what of it comes before a table; `late`: the database is slow with that table's rows,
        which come once the next worker has looked.
        """
        for table in self._tables:
            if table == dies_before:
                self._late = (table, getattr(changes, table)) if late else None
                return
            self._tables[table].extend(getattr(changes, table))

    def taken_on(self, log_id: str = "log") -> Pipeline:
        """The next worker, having claimed the partition."""
        newest = {row.log_id: row for row in sorted(self._positions, key=lambda row: row.version)}
        [claimed] = claim(list(newest.values()), log_id, [0], 1, f"claim {len(self._positions)}")
        position = claimed.position
        self._left = claimed.left
        states = [row for row in self.states if not row.is_deleted or _is_ahead(row, claimed)]
        unfinished = self.unfinished
        self._positions.append(position)
        self._states += believed(claimed, states, unfinished)
        if self._late:
            table, rows = self._late
            self._tables[table].extend(rows)
            self._late = None
        made = pipeline(self._journey, position)
        made.assign(0, position, states, unfinished)
        return made

    def standing(self) -> Changes:
        """The newest row of each key, without the deleted."""
        sessions = {row.id: row for row in sorted(self.sessions, key=lambda row: row.version)}
        findings = {row.id: row for row in sorted(self.findings, key=lambda row: row.version)}
        return Changes(
            sessions=[row for row in sessions.values() if not row.is_deleted],
            findings=[row for row in findings.values() if not row.is_deleted],
        )

    def _between(self, after: int, before: int) -> list[UnfinishedRow]:
        rows = [_of_session(row) for row in self.sessions] + [_of_finding(row) for row in self.findings]
        later = {(row.session_id, row.finding_id) for row in rows if row.version >= before}
        return [row for row in rows if after < row.version < before and (row.session_id, row.finding_id) not in later]


def _is_ahead(state: StateRow, claimed: Claimed) -> bool:
    here = state.log_id == claimed.position.log_id
    return state.version > claimed.finished or (here and state.next_offset > claimed.position.next_offset)


def _of_session(row: SessionRow) -> UnfinishedRow:
    return UnfinishedRow(
        project=row.project,
        opened_on=row.opened_on,
        session_id=row.id,
        finding_id="",
        visitor=row.visitor,
        version=row.version,
    )


def _of_finding(row: FindingRow) -> UnfinishedRow:
    return UnfinishedRow(
        project=row.project,
        opened_on=row.opened_on,
        session_id=row.session_id,
        finding_id=row.id,
        visitor=row.visitor,
        version=row.version,
    )
