"""The API as a process of its own."""

import uvicorn

from services.api.app import create_app
from services.edges.clickhouse import Store
from services.edges.findings_feed import FindingsFeed
from services.edges.http_server import Guests, http_config
from services.edges.keyring import Keyring
from services.edges.listener import leave_quietly, listen
from services.settings import Settings

DRAIN_SECONDS = 8


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotListen, StoreError or KeysFileError where it cannot start."""
    with listen(settings.host, settings.port) as listener:
        keyring = Keyring(settings.keys_path)
        store = Store.open(settings.clickhouse)
        feed = FindingsFeed(settings.kafka, settings.findings_topic)
        app = create_app(keyring, store, feed, settings.signing_key.get_secret_value())
        guests = Guests(settings.address_connections, settings.trusted_proxies)
        config = http_config(app, guests, DRAIN_SECONDS)
        leave_quietly()
        try:
            uvicorn.Server(config).run([listener])
        finally:
            store.close()
