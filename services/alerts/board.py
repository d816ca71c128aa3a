"""Where a command finds incidents: in a database, or with the running installation that holds one."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from services.core.spikes.incident import Incident
from services.edges.clickhouse import Store
from services.edges.incidents import SnoozeRow, known_incidents
from services.embedded.folder import Holder
from services.embedded.house import Recent
from services.embedded.reach import House, server_of, store_of
from services.settings import Settings


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
        self._house = House(holder, "alerts")

    def recent(self, project: str, since: int) -> list[Incident]:
        return asyncio.run(self._house.ask("recent", Recent(project, since), list[Incident]))

    def snooze(self, row: SnoozeRow) -> None:
        asyncio.run(self._house.ask("snooze", row, None))


@contextmanager
def board_of(settings: Settings) -> Iterator[Board]:
    """The incidents of the installation that the settings name: of its folder, else of its ClickHouse."""
    holder = server_of(settings.data_dir)
    if holder is not None:
        yield HouseBoard(holder)
    else:
        with store_of(settings) as store:
            yield StoreBoard(store)


def snoozed_until(project: str, incident: str, seconds: float) -> SnoozeRow:
    """From now on, for so long."""
    now = time.time_ns() // 1_000_000
    return SnoozeRow(project=project, id=incident, until_ms=now + round(seconds * 1000), version=now)
