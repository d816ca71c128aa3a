"""What whoever asks about whole tables, or changes them, needs of a store. `services.edges.clickhouse` answers it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.core.rows import Row


class Tables(Protocol):
    """Runs statements of ours. Values come in only as `{name:Type}`, bound by the server; raises StoreError."""

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]: ...

    def change(self, sql: str, parameters: Mapping[str, Any]) -> None: ...

    def insert(self, table: str, rows: Sequence[Row]) -> None: ...

    def empty(self, table: str) -> None:
        """Remove all rows of a table that no service writes to."""
        ...
