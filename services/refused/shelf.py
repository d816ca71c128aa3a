"""Where a command finds the refused events: in a database, or with the running installation that holds one."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from services.edges.clickhouse import Store
from services.edges.refused import Count, Refused, Wanted, count_refused, mark_replayed, newest_refused, refused_after
from services.embedded.folder import Holder
from services.embedded.house import Newest, Onwards
from services.embedded.reach import House, server_of, store_of
from services.settings import Settings

A = TypeVar("A")


class Shelf(Protocol):
    """Keeps the refused events of an installation. Raises StoreError."""

    async def counts(self, wanted: Wanted) -> list[Count]: ...
    async def newest(self, wanted: Wanted, limit: int) -> list[Refused]: ...
    async def after(self, wanted: Wanted, last: Refused | None, limit: int) -> list[Refused]: ...
    async def replayed(self, events: Sequence[Refused]) -> None: ...


class StoreShelf:
    """Asks the database itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def counts(self, wanted: Wanted) -> list[Count]:
        return await self._ask(lambda: count_refused(self._store, wanted))

    async def newest(self, wanted: Wanted, limit: int) -> list[Refused]:
        return await self._ask(lambda: newest_refused(self._store, wanted, limit))

    async def after(self, wanted: Wanted, last: Refused | None, limit: int) -> list[Refused]:
        return await self._ask(lambda: refused_after(self._store, wanted, last, limit))

    async def replayed(self, events: Sequence[Refused]) -> None:
        await self._ask(lambda: mark_replayed(self._store, events, time.time_ns() // 1_000_000))

    @staticmethod
    async def _ask(ask: Callable[[], A]) -> A:
        return await asyncio.to_thread(ask)


class HouseShelf:
    """Asks the process that serves a data folder (`services.embedded.house`)."""

    def __init__(self, holder: Holder) -> None:
        self._house = House(holder, "refused")

    async def counts(self, wanted: Wanted) -> list[Count]:
        return await self._house.ask("counts", wanted, list[Count])

    async def newest(self, wanted: Wanted, limit: int) -> list[Refused]:
        return await self._house.ask("newest", Newest(wanted, limit), list[Refused])

    async def after(self, wanted: Wanted, last: Refused | None, limit: int) -> list[Refused]:
        return await self._house.ask("after", Onwards(wanted, last, limit), list[Refused])

    async def replayed(self, events: Sequence[Refused]) -> None:
        await self._house.ask("replayed", events, None)


@contextmanager
def shelf_of(settings: Settings) -> Iterator[Shelf]:
    """The refused events of the installation that the settings name: of its folder, else of its ClickHouse."""
    holder = server_of(settings.data_dir)
    if holder is not None:
        yield HouseShelf(holder)
    else:
        with store_of(settings) as store:
            yield StoreShelf(store)
