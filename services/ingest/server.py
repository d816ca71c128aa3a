"""The ingest service as a process of its own: start, serve, drain, leave within ten seconds of SIGTERM."""

import asyncio
import gc

import uvicorn
from uvicorn.loops.auto import auto_loop_factory

from services.edges.express import Express
from services.edges.http_server import Guests, http_config
from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.edges.listener import leave_quietly, listen
from services.ingest.app import create_app
from services.settings import Settings

DRAIN_SECONDS = 10
# Events live for one request and hold no cycles, so a collection every 700 objects finds nothing: 14 % of the time.
GC_THRESHOLD = (200_000, 20, 50)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. What cannot start (address, Kafka, keys file) raises before anything is served."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serve(settings))


async def serve(settings: Settings) -> None:
    listener = listen(settings.host, settings.port)
    keyring = Keyring(settings.keys_path)
    publisher = Publisher(settings)
    await publisher.start()
    leave_quietly()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    try:
        app = create_app(settings, keyring, publisher)
        guests = Guests(settings.address_connections, settings.trusted_proxies)
        express = Express(app.together, settings.batch_wait.total_seconds())
        await uvicorn.Server(http_config(app, guests, DRAIN_SECONDS, express)).serve([listener])
    finally:
        await publisher.stop()
