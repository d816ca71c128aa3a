"""The database while it is still being opened: a consumer group takes four seconds to form, so both go on at once."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from services.core.event import Millis
from services.core.rows import ForgottenRow, Left, PositionRow, Row, StateRow, UnfinishedRow
from services.edges.packed import Packed

if TYPE_CHECKING:
    from services.edges.clickhouse import Store


class StoreToCome:
    """Answers as the store does; whoever asks before it is open waits. Every call blocks, as the store's own do."""

    def __init__(self, opened: "Future[Store]") -> None:
        self._opened = opened

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        self._opened.result().insert(table, rows)

    def insert_packed(self, table: str, rows: Packed) -> None:
        self._opened.result().insert_packed(table, rows)

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        self._opened.result().insert_lines(table, lines)

    @property
    def is_shared(self) -> bool:
        return self._opened.result().is_shared

    def positions(self) -> list[PositionRow]:
        return self._opened.result().positions()

    def states(self, position: PositionRow, finished: int) -> Iterator[StateRow]:
        return self._opened.result().states(position, finished)

    def unfinished(self, left: Sequence[Left]) -> list[UnfinishedRow]:
        return self._opened.result().unfinished(left)

    def forgotten(self, after: Millis) -> list[ForgottenRow]:
        return self._opened.result().forgotten(after)

    def erase(self, rows: Sequence[ForgottenRow]) -> None:
        self._opened.result().erase(rows)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return self._opened.result().query(sql, parameters)

    def save_journey(self, version: str, document_json: str) -> None:
        self._opened.result().save_journey(version, document_json)
