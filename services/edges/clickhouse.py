"""The store: rows in, answers out, the same code for ClickHouse and for its engine in this process.

Every call blocks: call from a thread (a query on the main thread would also hold up signals).
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from services.core.event import Event, Millis
from services.core.rows import ForgottenRow, Left, PositionRow, Row, StateRow, UnfinishedRow
from services.edges.clickhouse_clients import READER, WRITER, Address, Sessions, check_folder
from services.edges.clickhouse_errors import StoreError, StoreRefused, StoreSpent, StoreUnavailable, translated
from services.edges.erasure import FORGOTTEN, erase
from services.edges.migrate import migrate, shipped
from services.edges.packed import Lines, Packed, Pieces
from services.edges.unfinished import UNFINISHED, ranges

__all__ = ["Store", "StoreError", "StoreRefused", "StoreSpent", "StoreUnavailable"]

EVENT_COLUMNS = Event.__struct_encode_fields__

POSITIONS = """
SELECT log_id, partition, partitions, generation, claim, began, finished, next_offset, clocks, version, owed
FROM positions FINAL
"""
# Whether large numbers come in quotes is a setting of the server's.
_POSITIONS = msgspec.json.Decoder(PositionRow, strict=False)
STATE = tuple(one.encode_name for one in msgspec.structs.fields(StateRow))
# A log's states lie where its visitors are; those of logs before it go to where their visitors would be now.
# The bound on written_at keeps a state from coming back whose withdrawal the TTL removed before it. It is counted
# from when work was done last, so that a worker that was away for a week finds all that it left.
STATES = (
    "SELECT "
    + ", ".join(STATE)
    + """
FROM session_state FINAL
WHERE if(log_id = {log_id:String}, partition, key_hash % {partitions:UInt32}) = {partition:UInt32}
    AND (is_deleted = 0 OR version > {finished:UInt64}
        OR log_id = {log_id:String} AND next_offset > {next_offset:Int64})
    AND written_at > (SELECT max(written_at) FROM positions WHERE version < {version:UInt64}) - INTERVAL 2 DAY
"""
)
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
            packed = Packed(type(rows[0]))
            packed.add(rows)
            self._insert(table, packed.columns, b"".join(packed))

    def insert_packed(self, table: str, rows: Packed) -> None:
        """The same of rows that are encoded already. The driver does not try again where a connection broke off."""
        self._insert(table, rows.columns, rows)

    def insert_lines(self, table: str, lines: Sequence[bytes]) -> None:
        """Write events as they came, one JSON object each; when this returns they are on disk.

        The driver does not try again where a connection broke off.
        """
        if lines:
            self._insert(table, EVENT_COLUMNS, Lines(lines))

    def insert_json(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        """Write rows that are JSON lines already, of these columns."""
        self._insert(table, columns, lines)

    def empty(self, table: str) -> None:
        """Remove all rows of a table. Not for one that a service writes to: a crash may bring some of them back."""
        with self._writers.borrow() as client, self._translated(f"empty {table}"):
            client.command("TRUNCATE TABLE {name:Identifier}", {"name": table})

    def _insert(self, table: str, columns: Sequence[str], block: bytes | Pieces) -> None:
        # The names must be given: an EPHEMERAL column is read only where it is named. So must the length of pieces, or
        # they go in chunks. The driver takes whatever gives bytes when gone through, and says less in its types.
        body: Any = block
        length = {} if isinstance(block, bytes) else {"Content-Length": str(block.size)}
        with self._writers.borrow() as client, self._translated(f"write to {table}"):
            client.raw_insert(table, columns, body, fmt="JSONEachRow", transport_settings=length)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Answer a question, read-only and within limits. Values come in only as `{name:Type}`, bound by the server."""
        with self._readers.borrow() as client, self._translated("answer"):
            return list(client.query(sql, parameters=dict(parameters or {}) or None).named_results())

    def blocks(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[Sequence[Sequence[Any]]]:
        """Answer a question of any length, block by block as columns, without the limits of `query`."""
        with (
            self._writers.borrow() as client,
            self._translated("read"),
            client.query_column_block_stream(sql, parameters=dict(parameters)) as blocks,
        ):
            yield from blocks

    def positions(self) -> list[PositionRow]:
        """How far each partition of each log has been applied, and by whose claim."""
        # Asked before each write, so without all that `query` does for answers of any kind.
        with self._readers.borrow() as client, self._translated("answer"):
            return _POSITIONS.decode_lines(client.raw_query(POSITIONS, fmt="JSONEachRow"))

    def states(self, position: PositionRow, finished: int) -> Iterator[StateRow]:
        """The newest state of each visitor of a partition that was claimed at this position.

        Of those of whom nothing is left, only such as are ahead: past the position, or with a version past `finished`.
        """
        of = {name: getattr(position, name) for name in ("log_id", "partition", "partitions", "next_offset", "version")}
        of["finished"] = finished
        with (
            self._writers.borrow() as client,
            self._translated("read the visitors' states"),
            client.query_column_block_stream(STATES, parameters=of) as blocks,
        ):
            for block in blocks:
                yield from map(_state, *block)

    def unfinished(self, left: Sequence[Left]) -> list[UnfinishedRow]:
        """The sessions and findings that lie there, unless they were written again since."""
        return msgspec.convert(self.query(UNFINISHED, ranges(left)), list[UnfinishedRow]) if left else []

    def change(self, sql: str, parameters: Mapping[str, Any]) -> None:
        """Change tables by a statement of ours. Values come in only as `{name:Type}`."""
        with self._writers.borrow() as client, self._translated("change the tables"):
            client.command(sql, parameters=dict(parameters))

    def forgotten(self, after: Millis) -> list[ForgottenRow]:
        """Who asked to be forgotten since then."""
        return msgspec.convert(self.query(FORGOTTEN, {"after": after}), list[ForgottenRow])

    def erase(self, rows: Sequence[ForgottenRow]) -> None:
        """Erase what these visitors did until they asked for it."""
        erase(self, rows)

    @property
    def is_shared(self) -> bool:
        """Can another process write to it? Not to an engine's folder, which belongs to one."""
        return self.address.folder is None

    def save_journey(self, version: str, document_json: str) -> None:
        """Make this the journey that answers are given by."""
        row = {"version": version, "document": document_json}
        self._insert("journeys", tuple(row), msgspec.json.encode(row))

    def journey(self) -> str | None:
        """The document, JSON, of the journey saved last."""
        rows = self.query(JOURNEY)
        return str(rows[0]["document"]) if rows else None

    def close(self) -> None:
        """Close every session."""
        self._readers.close()
        self._writers.close()


def _state(*columns: Any) -> StateRow:
    told = dict(zip(STATE, columns, strict=True))
    return StateRow(**told | {"blob": base64.b64decode(told["blob"], validate=True)})
