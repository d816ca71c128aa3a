"""The store in both ways it is had: the engine in this process, and ClickHouse over HTTP in another.

An engine serves one folder a process, so all tests of a run share one; each gets a database of its own.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.edges.clickhouse import Store
from tests.clickhouse_server import clickhouse_server

FILLED = """
SELECT DISTINCT table FROM system.parts WHERE active AND database = currentDatabase() AND table != 'migrations'
"""


@pytest.fixture(scope="session")
def chdb_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this process's engine."""
    return tmp_path_factory.mktemp("chdb")


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A ClickHouse over HTTP."""
    with clickhouse_server(tmp_path_factory.mktemp("clickhouse")) as url:
        yield url


def fresh_dsn(way: str, request: pytest.FixtureRequest) -> str:
    """The address of a database nobody has used, by `chdb` or `http`."""
    name = f"test_{uuid4().hex[:12]}"
    if way == "chdb":
        return f"chdb://{request.getfixturevalue('chdb_folder')}?database={name}"
    return f"{request.getfixturevalue('clickhouse_url')}/{name}"


@pytest.fixture(params=["chdb", "http"])
def dsn(request: pytest.FixtureRequest) -> str:
    """The address of a database nobody has used."""
    return fresh_dsn(request.param, request)


@pytest.fixture(scope="module", params=["chdb", "http"])
def module_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store for all tests of a module, empty at first."""
    opened = Store.open(fresh_dsn(request.param, request))
    yield opened
    opened.close()


@pytest.fixture
def store(module_store: Store) -> Iterator[Store]:
    """An empty store. Emptied afterwards rather than made anew, which takes ten times as long."""
    yield module_store
    empty(module_store, *filled(module_store))


def filled(opened: Store) -> list[str]:
    """The tables that have something in them, but for the list of migrations."""
    return [row["table"] for row in opened.query(FILLED)]


def empty(opened: Store, *tables: str) -> None:
    """Take everything out of these tables."""
    for table in tables:
        opened.empty(table)
