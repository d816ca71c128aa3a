"""The store: rows in, answers out, the same code for ClickHouse and for its engine in this process.

Every call blocks: call from a thread (a query on the main thread would also hold up signals).
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from services.core.event import Event
from services.core.rows import PositionRow, Row, StateRow
from services.edges.clickhouse_clients import READER, WRITER, Address, Sessions, check_folder
from services.edges.clickhouse_errors import StoreError, StoreRefused, StoreUnavailable, translated
from services.edges.migrate import migrate, shipped

__all__ = ["Store", "StoreError", "StoreRefused", "StoreUnavailable"]

EVENT_COLUMNS = Event.__struct_encode_fields__
ENCODER = msgspec.json.Encoder()

POSITION = """
SELECT log_id, partition, epoch, next_offset, clocks, version
FROM positions FINAL
WHERE log_id = {log_id:String} AND partition = {partition:UInt32}
"""
EPOCH = """
SELECT if(countIf(log_id = {log_id:String}) > 0, maxIf(epoch, log_id = {log_id:String}), max(epoch) + 1) AS epoch
FROM positions
"""
# The bound on written_at keeps a state from coming back whose withdrawal the TTL removed before it.
STATES = """
SELECT project, visitor, key_hash, blob, version
FROM session_state FINAL
WHERE key_hash % {partitions:UInt32} = {partition:UInt32} AND written_at > now() - INTERVAL 2 DAY
"""
JOURNEY = "SELECT document FROM journeys ORDER BY saved_at DESC LIMIT 1"


class Store:
    """Keeps events, sessions, findings and how far they have been worked out.

    Safe to use from several threads. Raises StoreUnavailable where trying again may help, else StoreRefused.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._writers = Sessions(lambda: address.connect(address.database, WRITER))
        self._readers = Sessions(lambda: address.connect(address.database, READER))

    @classmethod
    def open(cls, dsn: str, *, bring_up_to_date: bool = True) -> "Store":
        """Reach the database at `dsn` and, unless told otherwise, bring its tables up to date."""
        store = cls(Address.parse(dsn))
        if store.address.folder is not None:
            check_folder(store.address.folder)
        if bring_up_to_date:
            store.migrate()
        return store

    def migrate(self, *, dry_run: bool = False) -> list[str]:
        """Apply the migrations that are missing (the database too) and return their names."""
        with self._translated("prepare the database"):
            client = self.address.connect(None, {})
            try:
                if not self._exists(client):
                    if dry_run:
                        return [migration.name for migration in shipped()]
                    client.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", {"name": self.address.database})
            finally:
                client.close()
        with self._writers.borrow() as client:
            return migrate(client, shipped(), dry_run=dry_run)

    def _exists(self, client: Any) -> bool:
        return bool(client.command("EXISTS DATABASE {name:Identifier}", {"name": self.address.database}))

    def _translated(self, tried: str) -> AbstractContextManager[None]:
        return translated(f"{tried} at {self.address}")

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows of one kind; when this returns they are on disk."""
        if rows:
            self._insert(table, rows[0].__struct_encode_fields__, ENCODER.encode_lines(rows))

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        """Write events as they came, one JSON object each; when this returns they are on disk."""
        if lines:
            self._insert(table, EVENT_COLUMNS, b"\n".join(lines))

    def _insert(self, table: str, columns: Sequence[str], block: bytes) -> None:
        # The names must be given: an EPHEMERAL column is read only where it is named.
        with self._writers.borrow() as client, self._translated(f"write to {table}"):
            client.raw_insert(table, column_names=columns, insert_block=block, fmt="JSONEachRow")

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Answer a question, read-only and within limits. Values come in only as `{name:Type}`, bound by the server."""
        with self._readers.borrow() as client, self._translated("answer"):
            return list(client.query(sql, parameters=dict(parameters or {}) or None).named_results())

    def position(self, log_id: str, partition: int) -> PositionRow | None:
        """How far a partition of a log has been applied; None for one never seen."""
        rows = self.query(POSITION, {"log_id": log_id, "partition": partition})
        return msgspec.convert(rows[0], PositionRow) if rows else None

    def epoch(self, log_id: str) -> int:
        """The epoch this log was given; for a log never seen, one more than any before."""
        return int(self.query(EPOCH, {"log_id": log_id})[0]["epoch"])

    def states(self, partition: int, partitions: int) -> Iterator[StateRow]:
        """The newest state of each visitor whose key falls into this one of `partitions`."""
        with self._writers.borrow() as client, self._translated("read the visitors' states"):
            of = {"partition": partition, "partitions": partitions}
            with client.query_rows_stream(STATES, parameters=of) as rows:
                for project, visitor, key_hash, blob, version in rows:
                    yield StateRow(
                        project=project,
                        visitor=visitor,
                        key_hash=key_hash,
                        blob=base64.b64decode(blob, validate=True),
                        version=version,
                    )

    def save_journey(self, version: str, document_json: str) -> None:
        """Make this the journey that answers are given by."""
        row = {"version": version, "document": document_json}
        self._insert("journeys", tuple(row), ENCODER.encode(row))

    def journey(self) -> str | None:
        """The document, JSON, of the journey saved last."""
        rows = self.query(JOURNEY)
        return str(rows[0]["document"]) if rows else None

    def close(self) -> None:
        """Close every session."""
        self._readers.close()
        self._writers.close()
