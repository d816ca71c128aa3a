"""How a command on the same machine reaches an installation: the process that serves its folder, else its database."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from services.edges.clickhouse import Store, StoreUnavailable
from services.embedded.errors import CannotStart
from services.embedded.folder import DataFolder, Holder, holder_of
from services.settings import Settings

A = TypeVar("A")


class House:
    """Asks the process that serves a data folder (`services.embedded.house`) about one matter."""

    def __init__(self, holder: Holder, matter: str) -> None:
        self._url = f"{holder.url}/house/{matter}"  # the matter's own answer stands at the path ""
        self._headers = {"Authorization": f"Bearer {holder.key}"}

    async def ask(self, path: str, asked: object, kind: type[A] | None) -> A:
        """Raises StoreUnavailable."""
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, raise_for_status=True) as session,
                session.post(f"{self._url}/{path}".rstrip("/"), data=msgspec.json.encode(asked)) as response,
            ):
                return msgspec.json.decode(await response.read(), type=kind)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreUnavailable(f"The installation at {self._url} did not answer: {error}. Try again.") from None


def server_of(path: Path) -> Holder | None:
    """Who serves this folder and can be asked; None where nobody does. Raises CannotStart where it still starts."""
    holder = holder_of(path)
    if holder is not None and not holder.key:
        raise CannotStart(f"The installation in {path} (process {holder.pid}) still starts. Wait for it.")
    return holder


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
