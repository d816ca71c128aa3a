"""A store in memory for tests of what happens around the writes; it can be away, slow or refuse."""

import threading
from collections.abc import Iterator, Sequence

import msgspec

from services.core.event import Millis
from services.core.rows import ForgottenRow, Left, PositionRow, Row, SessionRow, StateRow, UnfinishedRow
from services.edges.clickhouse_errors import StoreRefused, StoreUnavailable
from services.edges.packed import Packed

KINDS: dict[str, type[Row]] = {"sessions": SessionRow, "session_state": StateRow}


class MemoryStore:
    """Keeps what is written, in the order in which it was."""

    def __init__(self) -> None:
        self.writes: list[tuple[str, int]] = []
        self.away = False
        self.refusing = ""
        self.attempts = 0
        self.late: list[UnfinishedRow] = []
        self.gate = threading.Event()
        self.gate.set()
        self.to_forget: list[ForgottenRow] = []
        self.erased: list[ForgottenRow] = []
        self._positions: dict[tuple[str, int], PositionRow] = {}
        self._states: dict[tuple[str, str], StateRow] = {}

    def _write(self, table: str, count: int) -> None:
        self.attempts += 1
        self.gate.wait()
        if self.away:
            raise StoreUnavailable("the database is away")
        if table == self.refusing:
            raise StoreRefused(f"there is no table {table}")
        self.writes.append((table, count))

    def forget_writes(self) -> None:
        self.writes.clear()
        self.attempts = 0

    def keep(self, position: PositionRow) -> None:
        """The newest of a partition stands."""
        known = self._positions.get((position.log_id, position.partition))
        if known is None or known.version <= position.version:
            self._positions[position.log_id, position.partition] = position

    @property
    def tables(self) -> list[str]:
        return [table for table, _ in self.writes]

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        self._write(table, len(rows))
        for row in rows:
            if isinstance(row, PositionRow):
                self.keep(row)
            if isinstance(row, StateRow):
                self._states[row.project, row.visitor] = row

    def insert_packed(self, table: str, rows: Packed) -> None:
        self.insert(table, msgspec.json.Decoder(KINDS[table]).decode_lines(b"".join(rows)))

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        self._write(table, len(lines))

    @property
    def is_shared(self) -> bool:
        return True

    def positions(self) -> list[PositionRow]:
        return list(self._positions.values())

    def states(self, position: PositionRow, finished: int) -> Iterator[StateRow]:
        return iter([row for row in self._states.values() if row.partition == position.partition])

    def unfinished(self, left: Sequence[Left]) -> list[UnfinishedRow]:
        late, self.late = self.late, []
        return late

    def forgotten(self, after: Millis) -> list[ForgottenRow]:
        return [row for row in self.to_forget if row.forgotten_at > after]

    def erase(self, rows: Sequence[ForgottenRow]) -> None:
        self.erased += rows
