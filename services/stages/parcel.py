"""What one checkpoint writes, packed bit by bit while it is rendered."""

from services.core.changes import Changes
from services.core.rows import SessionRow, StateRow
from services.edges.packed import Packed


class Parcel:
    """Changes, with the rows of which there are most packed. All others are few, or are looked at once more."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.sessions = Packed(SessionRow)
        self.states = Packed(StateRow)

    def pack(self) -> None:
        """Pack what was rendered since the last time."""
        for rows, packed in ((self.changes.sessions, self.sessions), (self.changes.states, self.states)):
            packed.add(rows)
            rows.clear()
