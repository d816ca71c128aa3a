"""What the stages ask of the database. `services.edges.clickhouse` answers it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from services.core.event import Millis
from services.core.rows import ForgottenRow, Left, PositionRow, Row, StateRow, UnfinishedRow
from services.edges.packed import Packed


class Store(Protocol):
    """Keeps rows and answers where we were. Every method blocks, and may be called from several threads.

    Each raises `StoreUnavailable` when it is worth trying again, `StoreRefused` when it is not. A write that
    raised may have happened all the same.
    """

    def insert(self, table: str, rows: Sequence[Row]) -> None: ...

    def insert_packed(self, table: str, rows: Packed) -> None: ...

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        """Rows that are JSON already."""
        ...

    @property
    def is_shared(self) -> bool:
        """Can another process write to it?"""
        ...

    def positions(self) -> list[PositionRow]:
        """How far each partition of each log has been applied, and by whose claim."""
        ...

    def states(self, position: PositionRow, finished: int) -> Iterator[StateRow]:
        """The newest state of each visitor of a partition that was claimed at this position.

        Of those of whom nothing is left, only such as are ahead: past the position, or with a version past `finished`.
        """
        ...

    def unfinished(self, left: Sequence[Left]) -> list[UnfinishedRow]:
        """The sessions and findings that lie there, unless they were written again since."""
        ...

    def forgotten(self, after: Millis) -> list[ForgottenRow]:
        """Who asked to be forgotten since then."""
        ...

    def erase(self, rows: Sequence[ForgottenRow]) -> None:
        """Erase what these visitors did until they asked for it."""
        ...
