"""The API as a process of its own."""

import uvicorn

from services.api.app import create_app
from services.edges.clickhouse import Store
from services.edges.keyring import Keyring
from services.settings import Settings


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises StoreError or KeysFileError where it cannot start."""
    keyring = Keyring(settings.keys_file or settings.data_dir / "keys.json")
    store = Store.open(settings.clickhouse)
    try:
        uvicorn.run(
            create_app(settings, keyring, store),
            host=settings.host,
            port=settings.port,
            http="httptools",
            access_log=False,
            log_level="warning",
            server_header=False,
        )
    finally:
        store.close()
