"""What a store would hold after checkpoints, of which any may have been cut short, and what the next worker finds."""

from itertools import chain
from typing import Any

from services.core.changes import Changes
from services.core.claim import Claimed, claim, owing
from services.core.event import Millis
from services.core.journey import Journey
from services.core.pipeline import Pipeline
from services.core.rows import BelievedRow, FindingRow, Left, PositionRow, SessionRow, StateRow, UnfinishedRow
from services.core.visitor_state import beliefs, believed
from tests.core.build import pipeline, start

NOW = Millis(1_700_000_000_000)


class Shelf:
    """One partition's rows: all that were written, in the order in which they were."""

    def __init__(self, journey: Journey | None = None) -> None:
        self._journey = journey
        self.sessions: list[SessionRow] = []
        self.findings: list[FindingRow] = []
        self._states: list[StateRow] = []
        self._positions: list[PositionRow] = [start()]
        self._beliefs: list[BelievedRow] = []
        self._left: list[Left] = []
        self._late: list[tuple[int, str, list[Any]]] = []
        self._claims = 0
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
        """What lies where somebody left something, before the last claim, and was not written again since."""
        newest: dict[tuple[str, str], UnfinishedRow] = {}
        for row in sorted(chain(map(_of_session, self.sessions), map(_of_finding, self.findings)), key=_version):
            newest[row.session_id, row.finding_id] = row
        told = [row for row in newest.values() if any(left.after < row.version < left.before for left in self._left)]
        for row in told:
            row.believed = [one.stands_for for one in self._beliefs if one.visitor == row.visitor]
        return told

    def put(self, changes: Changes, dies_before: str = "", *, late: int = 0) -> None:
        """Write a checkpoint, or what of it comes before a table; `late`: that table's rows were on their way, and
        come once so many workers have taken on and looked.
        """
        for table in self._tables:
            if table == dies_before:
                on_their_way = ("sessions", "findings") if table == "sessions" else (table,)
                if late:
                    self._late += [(self._claims + late, one, getattr(changes, one)) for one in on_their_way]
                return
            self._tables[table].extend(getattr(changes, table))

    def arrive(self) -> None:
        """Write all that was still on its way."""
        self._claims += len(self._positions)
        self._write_late()

    def _write_late(self) -> None:
        for _, table, rows in [one for one in self._late if one[0] <= self._claims]:
            self._tables[table].extend(rows)
        self._late = [one for one in self._late if one[0] > self._claims]

    def taken_on(self, log_id: str = "log") -> Pipeline:
        """The next worker, having claimed the partition."""
        newest = {row.log_id: row for row in sorted(self._positions, key=lambda row: row.version)}
        [claimed] = claim(list(newest.values()), log_id, [0], 1, f"claim {len(self._positions)}")
        claimed = owing(claimed, NOW)
        position = claimed.position
        self._left = claimed.left
        states = [row for row in self.states if not row.is_deleted or _is_ahead(row, claimed)]
        unfinished = self.unfinished
        self._positions.append(position)
        self._beliefs += beliefs(claimed, states)
        self._states += believed(claimed, states, unfinished)
        self._claims += 1
        self._write_late()
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


def _version(row: UnfinishedRow) -> int:
    return row.version


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
