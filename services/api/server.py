"""The API as a process of its own."""

import uvicorn

from services.api.app import create_app
from services.edges.clickhouse import Store
from services.edges.keyring import Keyring
from services.edges.listener import leave_quietly, listen
from services.settings import Settings

DRAIN_SECONDS = 8


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotListen, StoreError or KeysFileError where it cannot start."""
    with listen(settings.host, settings.port) as listener:
        keyring = Keyring(settings.keys_file or settings.data_dir / "keys.json")
        store = Store.open(settings.clickhouse)
        config = uvicorn.Config(
            create_app(keyring, store),
            http="httptools",
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        leave_quietly()
        try:
            uvicorn.Server(config).run([listener])
        finally:
            store.close()
