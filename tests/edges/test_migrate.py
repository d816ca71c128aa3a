"""Migrations: in order, once each, safe to begin again, loud where history was changed."""

from dataclasses import replace

import pytest

from services.edges.clickhouse import Store, StoreRefused
from services.edges.clickhouse_clients import WRITER, Address
from services.edges.migrate import Migration, migrate, recorded, shipped


def test_a_dry_run_names_what_is_missing_and_changes_nothing(dsn: str) -> None:
    store = Store.open(dsn, bring_up_to_date=False)

    planned = store.migrate(dry_run=True)

    assert planned == [migration.name for migration in shipped()]
    assert store.migrate(dry_run=True) == planned
    store.close()


def test_what_was_applied_is_not_applied_again(store: Store) -> None:
    assert store.migrate() == []


def test_numbers_are_given_once_and_without_gaps() -> None:
    assert [migration.number for migration in shipped()] == list(range(1, len(shipped()) + 1))


def test_every_statement_may_be_run_again() -> None:
    statements = [statement for migration in shipped() for statement in migration.statements()]

    harmless = ("IF NOT EXISTS", "IF EXISTS", "MODIFY SETTING", "MATERIALIZE PROJECTION")
    assert all(any(words in statement for words in harmless) for statement in statements)


def test_a_crash_between_statements_is_made_good_by_running_again(store: Store) -> None:
    address = store.address
    client = address.connect(address.database, WRITER)
    both = Migration(9000, "9000_both", "CREATE TABLE IF NOT EXISTS a (x Int8) ENGINE = Memory;\nSELECT broken;\n")
    with pytest.raises(StoreRefused, match="9000_both"):
        migrate(client, [both])

    mended = replace(
        both, sql=both.sql.replace("SELECT broken", "CREATE TABLE IF NOT EXISTS b (x Int8) ENGINE = Memory")
    )

    assert migrate(client, [mended]) == ["9000_both"]
    assert client.command("EXISTS TABLE b")
    assert recorded(client)[9000] == mended.checksum
    client.close()


def test_a_migration_changed_after_it_was_applied_is_refused(store: Store) -> None:
    address = Address.parse(store.address.dsn)
    client = address.connect(store.address.database, WRITER)
    changed = replace(shipped()[0], sql=shipped()[0].sql + "-- and another thing\n")

    with pytest.raises(StoreRefused, match="0001_events was applied with other content"):
        migrate(client, [changed])
    client.close()
