"""Where the command finds history: in a database, or with the running installation that holds one."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from services.edges.clickhouse import Store
from services.edges.history import Archive, StoreArchive
from services.embedded.errors import CannotStart
from services.embedded.folder import DataFolder, holder_of
from services.embedded.history import HouseArchive
from services.settings import Settings


@contextmanager
def archive_of(settings: Settings) -> Iterator[Archive]:
    """The history of the installation that the settings name: of its folder, else of its ClickHouse."""
    holder = holder_of(settings.data_dir)
    if holder is not None:
        if not holder.key:
            raise CannotStart(
                f"The installation in {settings.data_dir} (process {holder.pid}) still starts. Wait for it."
            )
        with closing(HouseArchive(holder)) as house:
            yield house
    elif "clickhouse" in settings.model_fields_set:
        with closing(Store.open(settings.clickhouse)) as store:
            yield StoreArchive(store)
    elif (settings.data_dir / "database").exists():
        with DataFolder(settings.data_dir) as folder, closing(Store.open(folder.database)) as store:
            yield StoreArchive(store)
    else:
        raise CannotStart(
            f"There is no installation in {settings.data_dir}. Name its data folder with --data, or its database with"
            " DESIRELINE_CLICKHOUSE."
        )
