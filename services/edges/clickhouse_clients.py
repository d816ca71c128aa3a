"""How a session with ClickHouse is opened, and how threads share them: one each, never one for two.

A chDB session serialises its callers (measured: 10 → 98 ms a write beside four readers), and a server's
HTTP session does so too, hence a pool for writers and one for readers.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from clickhouse_connect.driver import Client, create_client

from services.edges.clickhouse_errors import StoreRefused, StoreUnavailable, translated

# The driver logs a trace of each failed request and raises as well: once is enough, and ours is a sentence.
logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)

Setting = str | int

# ClickHouse 26.9 takes what it remembers of a condition for what holds of another: asked for pages, of which there are
# none, it says that there are no events either (`{of:String} = 'events' OR path != ''`).
SOUND: Mapping[str, Setting] = {"use_query_condition_cache": 0}
WRITER: Mapping[str, Setting] = {
    **SOUND,
    "async_insert": 0,  # on by default since 26.x; an answer must mean stored
    "input_format_json_read_objects_as_strings": 1,  # props and context are stored as they came
    "input_format_skip_unknown_fields": 1,  # a field of a later version of the wire
}
READER: Mapping[str, Setting] = {
    **SOUND,
    "max_execution_time": 30,
    "max_memory_usage": 4_000_000_000,
    "max_result_rows": 1_000_000,
    "result_overflow_mode": "throw",
    # A session's month never changes, so rows of one key never lie in two partitions.
    "do_not_merge_across_partitions_select_final": 1,
    # What a question reads twice it may work out once: `WITH name AS MATERIALIZED`.
    "enable_materialized_cte": 1,
    # Last: nothing can be set after it. In chDB, SQL that writes could write any file of this user.
    "readonly": 1,
}


@dataclass(frozen=True)
class Address:
    """Where a database is, read from its DSN."""

    dsn: str
    database: str

    @classmethod
    def parse(cls, dsn: str) -> "Address":
        """Accept `chdb:///folder[?database=name]` and `http(s)://[user:password@]host[:port][/database]`."""
        parts = urlsplit(dsn)
        if parts.scheme == "chdb" and parts.path.startswith("/") and not parts.netloc:
            database = parse_qs(parts.query).get("database", ["default"])[0]
            return cls(urlunsplit(("chdb", "", parts.path, "", "")), database)
        if parts.scheme in {"http", "https"} and parts.hostname:
            return cls(urlunsplit(parts._replace(path="")), unquote(parts.path.strip("/")) or "default")
        raise StoreRefused(
            f"{scrubbed(dsn)!r} is no address of a database. "
            "Give http(s)://user:password@host:port/database, or chdb:///absolute/folder."
        )

    @property
    def folder(self) -> Path | None:
        """The folder of an engine in this process; None for a server."""
        parts = urlsplit(self.dsn)
        return Path(parts.path) if parts.scheme == "chdb" else None

    def __str__(self) -> str:
        return scrubbed(self.dsn)

    def connect(self, database: str | None, settings: Mapping[str, Setting]) -> Client:
        """Open one session. Blocks; chDB loads its engine at the first (about 1.5 s)."""
        arguments: dict[str, object] = {"dsn": self.dsn, "database": database, "settings": dict(settings)}
        if self.folder is None:
            # A server-side session would let one request wait for another.
            arguments |= {"autogenerate_session_id": False, "connect_timeout": 5, "send_receive_timeout": 60}
        with translated(f"reach the database at {self}"):
            return create_client(tz_mode="aware", show_clickhouse_errors="scrub", **arguments)  # type: ignore[arg-type]


def scrubbed(dsn: str) -> str:
    """The DSN without its password, for messages."""
    parts = urlsplit(dsn)
    if "@" not in parts.netloc:
        return dsn
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class Sessions:
    """Holds open sessions of one kind; a thread borrows one for as long as it asks."""

    def __init__(self, dial: Callable[[], Client]) -> None:
        self._dial = dial
        self._idle: SimpleQueue[Client] = SimpleQueue()
        self._closed = False

    @contextmanager
    def borrow(self) -> Iterator[Client]:
        """A session nobody else is using."""
        try:
            client = self._idle.get_nowait()
        except Empty:
            client = self._dial()
        try:
            yield client
        finally:
            self._idle.put(client)
            if self._closed:
                self.close()

    def close(self) -> None:
        """Close what is idle now, and what is borrowed as soon as it comes back."""
        self._closed = True
        while not self._idle.empty():
            self._idle.get().close()


def check_folder(folder: Path) -> None:
    """Say in a sentence why an engine cannot open this folder, before it tries: its own error does not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as error:
        raise StoreUnavailable(
            f"Cannot write to the data folder {folder}: {error.strerror}. Free some disk or choose another folder."
        ) from error
    status = folder / "status"
    if status.exists():
        check_unheld(folder, status)


def check_unheld(folder: Path, status: Path) -> None:
    """Refuse a folder whose engine runs in another process (it holds a lock on its status file)."""
    descriptor = os.open(status, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = next((line for line in status.read_text().splitlines() if line.startswith("PID")), "PID unknown")
        if holder == f"PID: {os.getpid()}":
            return
        raise StoreRefused(
            f"The data folder {folder} is in use by another process ({holder}). "
            "Ask that one over its API, stop it, or choose another folder."
        ) from error
    finally:
        os.close(descriptor)
