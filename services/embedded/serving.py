"""Starting and stopping: each part after what it stands on, and down again in the order that loses nothing."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from services.core.journey import Journey
from services.edges.broker import Broker
from services.edges.clickhouse import Store
from services.edges.kafka import Publisher
from services.embedded.access import Access, HouseKeyring
from services.embedded.errors import CannotStart
from services.embedded.folder import DataFolder, Holder
from services.embedded.listener import listen, url
from services.embedded.routes import one_app
from services.settings import Settings
from services.stages.app import App, create_app

Guest = Callable[[Access], Awaitable[None]]
"""What runs beside the services, in the same process, until it returns or the installation is told to stop."""

# The in-process broker forgets the oldest beyond 5 MB a partition: so much may wait there to be stored.
_PARTITION_BYTES = 3 * 1024 * 1024
_DRAIN_SECONDS = 4
_STOP_SECONDS = 8.0


def serve(settings: Settings, journey: Journey, guest: Guest) -> None:
    """Serve everything on one port until the guest returns, or until SIGINT or SIGTERM.

    Raises CannotStart before anything is started, where something is in the way.
    """
    with listen(settings.host, settings.port) as listener, DataFolder(settings.data_dir) as folder:
        folder.say(Holder(os.getpid(), url(listener)))
        with asyncio.Runner(loop_factory=uvicorn.Config(app="").get_loop_factory()) as runner:
            runner.run(_serve(settings, journey, folder, listener, guest))


async def _serve(
    settings: Settings, journey: Journey, folder: DataFolder, listener: socket.socket, guest: Guest
) -> None:
    told = _told_to_stop()
    keyring = HouseKeyring(settings.keys_file or folder.keys)
    async with contextlib.AsyncExitStack() as parts:
        broker = parts.enter_context(Broker())
        inside = settings.model_copy(
            update={"kafka": broker.address, "clickhouse": folder.database, "worker": "", "partitions": 4}
        )
        store = await parts.enter_async_context(_store(inside, journey))
        app = create_app(inside, journey, store, broker.log_id, embedded=True)
        publisher = Publisher(inside, partition_bytes=_PARTITION_BYTES, stored=app.stored)
        await parts.enter_async_context(_stages(app))
        await parts.enter_async_context(_publishing(publisher))
        crashed = asyncio.create_task(app.wait())
        await parts.enter_async_context(_http(one_app(inside, keyring, publisher, store, app), listener))
        # What is here now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        visiting = asyncio.ensure_future(guest(keyring.lend(url(listener))))
        await asyncio.wait((told, visiting, crashed), return_when=asyncio.FIRST_COMPLETED)
        await _see_off(visiting)
        if app.crashed:
            raise CannotStart(f"The stages stopped working: {app.crash_reason}. What was answered with 200 is stored.")


def _told_to_stop() -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    told = loop.create_future()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, lambda: told.done() or told.set_result(None))
    return told


async def _see_off(guest: "asyncio.Future[None]") -> None:
    """Let its error out where it failed by itself; a guest that is sent away has none."""
    if not guest.done():
        guest.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await guest


@contextlib.asynccontextmanager
async def _store(settings: Settings, journey: Journey) -> AsyncIterator[Store]:
    def opened() -> Store:
        store = Store.open(settings.clickhouse)
        store.save_journey(journey.version, journey.document())
        return store

    store = await asyncio.to_thread(opened)
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)


@contextlib.asynccontextmanager
async def _stages(app: App) -> AsyncIterator[None]:
    await app.start()
    try:
        yield
    finally:
        await asyncio.wait_for(app.stop(), _STOP_SECONDS)


@contextlib.asynccontextmanager
async def _publishing(publisher: Publisher) -> AsyncIterator[None]:
    await publisher.start()
    try:
        yield
    finally:
        await publisher.stop()


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would stop the process before the events are stored."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def _http(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
