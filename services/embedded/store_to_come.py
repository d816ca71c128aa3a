"""The database while it is still being opened: a consumer group takes four seconds to form, so both go on at once."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from services.core.rows import PositionRow, Row, StateRow

if TYPE_CHECKING:
    from services.edges.clickhouse import Store


class StoreToCome:
    """Answers as the store does; whoever asks before it is open waits. Every call blocks, as the store's own do."""

    def __init__(self, opened: "Future[Store]") -> None:
        self._opened = opened

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        self._opened.result().insert(table, rows)

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        self._opened.result().insert_lines(table, lines)

    def position(self, log_id: str, partition: int) -> PositionRow | None:
        return self._opened.result().position(log_id, partition)

    def epoch(self, log_id: str) -> int:
        return self._opened.result().epoch(log_id)

    def states(self, partition: int, partitions: int) -> Iterator[StateRow]:
        return self._opened.result().states(partition, partitions)

    def save_journey(self, version: str, document_json: str) -> None:
        self._opened.result().save_journey(version, document_json)
