"""The API as a process of its own."""

import uvicorn

from services.api.app import create_app
from services.edges.clickhouse import Store
from services.edges.keyring import Keyring
from services.edges.listener import listen
from services.settings import Settings


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotListen, KeysFileError or StoreError where it cannot start."""
    listener = listen(settings.host, settings.port)
    keyring = Keyring(settings.keys_file or settings.data_dir / "keys.json")
    store = Store.open(settings.clickhouse)
    try:
        config = uvicorn.Config(
            create_app(settings, keyring, store),
            http="httptools",
            access_log=False,
            log_level="warning",
            server_header=False,
        )
        uvicorn.Server(config).run([listener])
    finally:
        store.close()
