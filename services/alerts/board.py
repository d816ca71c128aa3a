"""Where a command finds incidents: in a database, or with the running installation that holds one."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Protocol, TypeVar

import aiohttp
import msgspec

from services.core.spikes.incident import Incident
from services.edges.clickhouse import Store, StoreUnavailable
from services.edges.incidents import SnoozeRow, known_incidents
from services.embedded.errors import CannotStart
from services.embedded.folder import DataFolder, Holder, holder_of
from services.embedded.house import Recent
from services.settings import Settings

A = TypeVar("A")


class Board(Protocol):
    """Shows an installation's incidents. Raises StoreError."""

    def recent(self, project: str, since: int) -> list[Incident]: ...
    def snooze(self, row: SnoozeRow) -> None: ...


class StoreBoard:
    """Asks the database itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recent(self, project: str, since: int) -> list[Incident]:
        return known_incidents(self._store, project, since)

    def snooze(self, row: SnoozeRow) -> None:
        self._store.insert("snoozes", [row])


class HouseBoard:
    """Asks the process that serves a data folder (`services.embedded.house`)."""

    def __init__(self, holder: Holder) -> None:
        self._url = f"{holder.url}/house/alerts"
        self._headers = {"Authorization": f"Bearer {holder.key}"}

    def recent(self, project: str, since: int) -> list[Incident]:
        return asyncio.run(self._ask("recent", Recent(project, since), list[Incident]))

    def snooze(self, row: SnoozeRow) -> None:
        asyncio.run(self._ask("snooze", row, None))

    async def _ask(self, path: str, asked: object, kind: type[A] | None) -> A:
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, raise_for_status=True) as session,
                session.post(f"{self._url}/{path}", data=msgspec.json.encode(asked)) as response,
            ):
                return msgspec.json.decode(await response.read(), type=kind)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreUnavailable(f"The installation at {self._url} did not answer: {error}. Try again.") from None


@contextmanager
def board_of(settings: Settings) -> Iterator[Board]:
    """The incidents of the installation that the settings name: of its folder, else of its ClickHouse."""
    holder = holder_of(settings.data_dir)
    if holder is not None:
        yield HouseBoard(holder)
    else:
        with store_of(settings) as store:
            yield StoreBoard(store)


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """The database itself. Raises CannotStart where a running process has it, or where there is none."""
    if "clickhouse" in settings.model_fields_set:
        with closing(Store.open(settings.clickhouse)) as store:
            yield store
        return
    if not (settings.data_dir / "database").exists():
        raise CannotStart(
            f"There is no installation in {settings.data_dir}. Name its data folder with --data, or its database with"
            " DESIRELINE_CLICKHOUSE."
        )
    with DataFolder(settings.data_dir) as folder, closing(Store.open(folder.database)) as store:
        yield store


def snoozed_until(project: str, incident: str, seconds: float) -> SnoozeRow:
    """From now on, for so long."""
    now = time.time_ns() // 1_000_000
    return SnoozeRow(project=project, id=incident, until_ms=now + round(seconds * 1000), version=now)
