"""Brings a database's tables up to date: the files `migrations/NNNN_name.sql`, in order, once each.

Own code because no migration tool speaks to chDB. ClickHouse has no transactions over DDL, so each
statement must be harmless when run again (`IF NOT EXISTS`), and a file is recorded after its last one.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from clickhouse_connect.driver import Client

from services.edges.clickhouse_errors import StoreRefused, translated

RECORD = """
CREATE TABLE IF NOT EXISTS migrations
(
    number     UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""


@dataclass(frozen=True)
class Migration:
    """One numbered file of statements."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def statements(self) -> Iterator[str]:
        """Its statements; each ends with a semicolon at the end of a line."""
        for statement in self.sql.split(";\n"):
            if statement.strip():
                yield statement


def shipped() -> list[Migration]:
    """The migrations that came with this version, in order."""
    folder = files("services.edges") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [Migration(int(name[:4]), name.removesuffix(".sql"), (folder / name).read_text()) for name in names]


def migrate(client: Client, migrations: list[Migration], *, dry_run: bool = False) -> list[str]:
    """Apply what is missing and return its names; with `dry_run` only the names.

    Raises StoreRefused where a file that was applied has since been changed.
    """
    applied = recorded(client)
    for migration in migrations:
        refuse_changed(migration, applied.get(migration.number, migration.checksum))
    missing = [migration for migration in migrations if migration.number not in applied]
    if not dry_run:
        for migration in missing:
            apply(client, migration)
    return [migration.name for migration in missing]


def recorded(client: Client) -> dict[int, str]:
    """Number → checksum of what was applied. Writes nothing."""
    with translated("read which migrations were applied"):
        if not client.command("EXISTS TABLE migrations"):
            return {}
        rows = client.query("SELECT number, checksum FROM migrations FINAL").result_rows
    return {int(number): str(checksum) for number, checksum in rows}


def refuse_changed(migration: Migration, checksum: str) -> None:
    """A changed file means the tables are not what this version believes."""
    if checksum != migration.checksum:
        raise StoreRefused(
            f"Migration {migration.name} was applied with other content than it has now. "
            "Restore the file and put the change into a new migration."
        )


def apply(client: Client, migration: Migration) -> None:
    """Run a migration's statements, then record it."""
    with translated(f"apply migration {migration.name}"):
        for statement in migration.statements():
            client.command(statement)
        client.command(RECORD)
        # Not client.insert: it imports pandas, which takes longer than all else here together.
        row = {"number": migration.number, "name": migration.name, "checksum": migration.checksum}
        client.raw_insert("migrations", insert_block=json.dumps(row), fmt="JSONEachRow")
