"""Where a command finds the refused events: in a database, or with the running installation that holds one."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import aiohttp
import msgspec

from services.edges.clickhouse import Store, StoreUnavailable
from services.edges.refused import Count, Refused, Wanted, count_refused, mark_replayed, newest_refused, refused_after
from services.embedded.errors import CannotStart
from services.embedded.folder import DataFolder, Holder, holder_of
from services.embedded.house import Newest, Onwards
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
        self._url = f"{holder.url}/house/refused"
        self._headers = {"Authorization": f"Bearer {holder.key}"}

    async def counts(self, wanted: Wanted) -> list[Count]:
        return await self._ask("counts", wanted, list[Count])

    async def newest(self, wanted: Wanted, limit: int) -> list[Refused]:
        return await self._ask("newest", Newest(wanted, limit), list[Refused])

    async def after(self, wanted: Wanted, last: Refused | None, limit: int) -> list[Refused]:
        return await self._ask("after", Onwards(wanted, last, limit), list[Refused])

    async def replayed(self, events: Sequence[Refused]) -> None:
        await self._ask("replayed", events, None)

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
def shelf_of(settings: Settings) -> Iterator[Shelf]:
    """The refused events of the installation that the settings name: of its folder, else of its ClickHouse."""
    holder = holder_of(settings.data_dir)
    if holder is not None:
        if not holder.key:
            raise CannotStart(
                f"The installation in {settings.data_dir} (process {holder.pid}) still starts. Wait for it."
            )
        yield HouseShelf(holder)
    elif "clickhouse" in settings.model_fields_set:
        with closing(Store.open(settings.clickhouse)) as store:
            yield StoreShelf(store)
    else:
        with _unheld(settings.data_dir) as store:
            yield StoreShelf(store)


@contextmanager
def _unheld(path: Path) -> Iterator[Store]:
    if not (path / "database").exists():
        raise CannotStart(
            f"There is no installation in {path}. Name its data folder with --data, or its database with"
            " DESIRELINE_CLICKHOUSE."
        )
    with DataFolder(path) as folder, closing(Store.open(folder.database)) as store:
        yield store
