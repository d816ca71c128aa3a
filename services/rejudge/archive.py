"""Where the command finds history: in a database, or with the running installation that holds one."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from services.edges.history import Archive, StoreArchive
from services.embedded.history import HouseArchive
from services.embedded.reach import server_of, store_of
from services.settings import Settings


@contextmanager
def archive_of(settings: Settings) -> Iterator[Archive]:
    """The history of the installation that the settings name: of its folder, else of its ClickHouse."""
    holder = server_of(settings.data_dir)
    if holder is not None:
        with closing(HouseArchive(holder)) as house:
            yield house
    else:
        with store_of(settings) as store:
            yield StoreArchive(store)
