"""What a partition has to write down: all that changed since the last checkpoint, and the visitors of the one begun."""

from collections import deque
from collections.abc import Iterable, Mapping

from services.core.changes import Changes
from services.core.rendering import finding_rows, session_row, withdrawn_findings, withdrawn_session
from services.core.rows import PositionRow
from services.core.session import Visitor
from services.core.tenant import Tenant
from services.core.visitor_state import moved, state_row


class Unwritten:
    """Gathers what changes, and writes a checkpoint down bit by bit while more is gathered for the next.

    A visitor who is `leaving` is of the checkpoint begun and not written down yet: `write` them before they change.
    """

    def __init__(self, position: PositionRow, tenants: Mapping[str, Tenant]) -> None:
        self.position = position
        """Of the last checkpoint begun."""
        self.changes = Changes()
        self.dirty: list[Visitor] = []
        self._tenants = tenants
        self._leaving: deque[Visitor] = deque()
        self._begun: Changes | None = None

    @property
    def is_begun(self) -> bool:
        """Whether a checkpoint is being written down."""
        return self._begun is not None

    def mark(self, visitors: Iterable[Visitor]) -> None:
        """Have visitors written down with the next checkpoint."""
        for visitor in visitors:
            if not visitor.dirty:
                visitor.dirty = True
                self.dirty.append(visitor)

    def drop(self, visitor: Visitor) -> None:
        """Write nothing of a visitor who is gone."""
        self.dirty = [one for one in self.dirty if one is not visitor]

    def hand_over(self, changes: Changes) -> None:
        """Give away the rows that are ready; sessions and states come from visitors."""
        mine, self.changes = self.changes, Changes()
        changes.events += mine.events
        changes.refused += mine.refused
        changes.sessions += mine.sessions
        changes.findings += mine.findings

    def begin(self, changes: Changes, position: PositionRow) -> None:
        """Begin to write down who changed, at this position. One checkpoint at a time."""
        assert self._begun is None, "one at a time"
        self._begun, self.position = changes, position
        for visitor in self.dirty:
            visitor.dirty, visitor.leaving = False, True
        self._leaving.extend(self.dirty)
        self.dirty.clear()

    def render(self, most: int) -> int:
        """Write up to so many visitors down for the checkpoint begun, its position after the last; how many it were."""
        if self._begun is None:
            return 0
        rendered = 0
        while self._leaving and rendered < most:
            visitor = self._leaving.popleft()
            if visitor.leaving:
                self.write(visitor)
                rendered += 1
        if not self._leaving:
            self._begun.positions.append(self.position)
            self._begun = None
        return rendered

    def write(self, visitor: Visitor) -> None:
        """Write a visitor down for the checkpoint begun, and let go of what of them is settled."""
        changes, position = self._begun, self.position
        assert changes is not None, "only a checkpoint begun has visitors to write down"
        at = (position.partition, position.version)
        for session in visitor.withdrawn:
            changes.sessions.append(withdrawn_session(visitor, session, *at))
            changes.findings += withdrawn_findings(visitor, session, *at)
        visitor.withdrawn = []
        visitor.leaving = False
        for live in visitor.sessions:
            if live.dirty:
                changes.sessions.append(session_row(visitor, live, *at))
                changes.findings += finding_rows(visitor, live, *at)
                live.dirty = False
        tenant = self._tenants[visitor.project]
        tenant.let_go(visitor)
        changes.states.append(state_row(visitor, tenant, position))
        if visitor.moved_from is not None:
            changes.states.append(moved(visitor.moved_from, position))
            visitor.moved_from = None
