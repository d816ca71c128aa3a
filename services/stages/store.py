"""What the stages ask of the database. `services.edges.clickhouse` answers it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from services.core.rows import PositionRow, Row, StateRow


class Store(Protocol):
    """Keeps rows and answers where we were. Every method blocks, and may be called from several threads.

    Each raises `StoreUnavailable` when it is worth trying again, `StoreRefused` when it is not. A write that
    raised may have happened all the same.
    """

    def insert(self, table: str, rows: Sequence[Row]) -> None: ...

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        """Rows that are JSON already."""
        ...

    def position(self, log_id: str, partition: int) -> PositionRow | None: ...

    def epoch(self, log_id: str) -> int:
        """The number of this log: the one it was given, else the next."""
        ...

    def states(self, partition: int, partitions: int) -> Iterator[StateRow]:
        """The newest state of each visitor whose `key_hash % partitions` is `partition`."""
        ...
