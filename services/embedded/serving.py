"""Starting and stopping: each part after what it stands on, and down again in the order that loses nothing."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import uvicorn
from pydantic import SecretStr

from services.core.journey import Journey
from services.edges.broker import PARTITION_BYTES, Broker
from services.edges.clickhouse_errors import StoreError
from services.edges.findings_feed import FindingsFeed
from services.edges.http_server import Guests, served
from services.edges.kafka import Publisher
from services.edges.listener import listen, url
from services.edges.topics import refused_topic
from services.embedded.access import PROJECT, Access, HouseKeyring
from services.embedded.errors import CannotStart
from services.embedded.folder import DataFolder, Holder
from services.embedded.store_to_come import StoreToCome
from services.settings import Settings
from services.stages.alerts.duty import Duty
from services.stages.announcer import Announcer
from services.stages.app import App, create_app
from services.stages.process import spare_the_collector
from services.stages.refused import RefusedEvents

if TYPE_CHECKING:
    from services.edges.clickhouse import Store

Guest = Callable[[Awaitable[Access]], Awaitable[None]]
"""What runs beside the services, in the same process, until it returns or the installation is told to stop.

It begins at once; what it awaits comes when everything is served.
"""

_DRAIN_SECONDS = 4
_FEED_WAIT_MS = 100
_STOP_SECONDS = 9.0


@dataclass(frozen=True, slots=True)
class House:
    """Whose installation it is: the project of its first keys, and whether it begins anew with nothing but itself."""

    project: str = PROJECT
    anew: bool = False


def serve(settings: Settings, journey: Journey, guest: Guest, house: House = House()) -> None:
    """Serve everything on one port until the guest returns, or until SIGINT or SIGTERM.

    A house that begins anew empties its data folder, and uses neither a ClickHouse nor a keys file that is named
    elsewhere. Raises CannotStart or CannotListen where something is in the way, before anything is started.
    """
    with listen(settings.host, settings.port) as listener, DataFolder(settings.data_dir, anew=house.anew) as folder:
        named = set() if house.anew else settings.model_fields_set
        keys = settings.keys_file if settings.keys_file and "keys_file" in named else folder.keys
        database = settings.clickhouse if "clickhouse" in named else folder.database
        signing_key = (
            settings.signing_key if settings.signing_key.get_secret_value() else SecretStr(folder.signing_key())
        )
        update = {"clickhouse": database, "worker": "", "signing_key": signing_key}
        settings = settings.model_copy(update=update)
        with asyncio.Runner(loop_factory=uvicorn.Config(app="").get_loop_factory()) as runner:
            keyring = HouseKeyring(keys, house.project)
            folder.say(Holder(os.getpid(), url(listener), keyring.house_key))
            runner.run(_Installation(settings, journey, keyring, listener).run(guest))


class _Installation:
    """The parts of one installation, from their start to their end."""

    def __init__(self, settings: Settings, journey: Journey, keyring: HouseKeyring, listener: socket.socket) -> None:
        self._settings = settings
        self._journey = journey
        self._keyring = keyring
        self._listener = listener

    async def run(self, guest: Guest) -> None:
        """Start everything, let the guest in, and stop everything when it leaves or we are told to."""
        told = _told_to_stop()
        access: asyncio.Future[Access] = asyncio.get_running_loop().create_future()
        visiting = asyncio.ensure_future(guest(access))
        async with contextlib.AsyncExitStack() as parts:
            starting = asyncio.create_task(self._start(parts))
            await asyncio.wait((told, visiting, starting), return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():  # told to stop, or the guest failed to get ready
                starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                stages = await starting
                access.set_result(self._keyring.lend(url(self._listener)))
                crashed = asyncio.create_task(stages.wait())
                await asyncio.wait((told, visiting, crashed), return_when=asyncio.FIRST_COMPLETED)
                if stages.crashed:
                    why = str(stages.crash_reason).removesuffix(".")
                    raise CannotStart(f"The stages stopped working: {why}. What got a 200 is stored.")
            parts.push_async_callback(_see_off, visiting)
            _stop_in_time()

    async def _start(self, parts: contextlib.AsyncExitStack) -> App:
        """Start what takes longest first. What `parts` is given is stopped in the opposite order."""
        broker = parts.enter_context(Broker())
        settings = self._settings.model_copy(update={"kafka": broker.address})
        for topic in (settings.topic, refused_topic(settings.topic), settings.findings_topic):
            await asyncio.to_thread(broker.create_topic, topic)
        opening: Future[Store] = Future()
        parts.push_async_callback(_close, opening)
        stages = create_app(settings, self._journey, StoreToCome(opening), broker.log_id, embedded=True)
        announcer = Announcer(settings)
        parts.push_async_callback(announcer.stop)
        await announcer.start()
        stages.checkpoint.writes.announce = announcer.announce
        duty = Duty(stages, settings, self._journey, StoreToCome(opening), broker.log_id)
        parts.push_async_callback(duty.stop)
        parts.push_async_callback(stages.stop)
        duty.take_up()
        refused = RefusedEvents(settings, StoreToCome(opening), f"{broker.log_id}/refused", fetch_wait_ms=100)
        parts.push_async_callback(refused.stop)
        refused.start()
        holding = asyncio.create_task(stages.start())
        answering = await asyncio.to_thread(_open, settings, self._journey, opening)
        stored = {settings.topic: stages.stored, refused.topic: refused.stored}
        publisher = Publisher(settings, partition_bytes=PARTITION_BYTES, stored=stored)
        await parts.enter_async_context(_publishing(publisher))
        feed = FindingsFeed(settings.kafka, settings.findings_topic, fetch_wait_ms=_FEED_WAIT_MS)
        app = answering.one_app(settings, self._keyring, publisher, opening.result(), stages, feed)
        await holding
        guests = Guests(settings.address_connections, settings.trusted_proxies)
        await parts.enter_async_context(served(app, guests, self._listener, _DRAIN_SECONDS))
        parts.push_async_callback(feed.stop)  # first of all: who listens would hold up the HTTP server's end
        spare_the_collector()
        return stages


def _told_to_stop() -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    told = loop.create_future()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, lambda: None if told.done() else told.set_result(None))
    return told


async def _see_off(guest: "asyncio.Future[None]") -> None:
    """Let its error out where it failed by itself; a guest that is sent away has none."""
    guest.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await guest


def _open(settings: Settings, journey: Journey, opening: "Future[Store]") -> Any:
    """Import what takes a second to import, and open the database, while the stages form their consumer group."""
    answering = import_module("services.embedded.answering")
    try:
        opening.set_result(answering.open_store(settings, journey))
    except StoreError as error:
        opening.set_exception(error)
        raise CannotStart(str(error)) from error
    return answering


async def _close(opened: "Future[Store]") -> None:
    if opened.done() and opened.exception() is None:
        await asyncio.to_thread(opened.result().close)


def _stop_in_time() -> None:
    """A thread that waits for a full disk cannot be stopped, and Python would wait for it when the loop has ended."""
    timer = threading.Timer(_STOP_SECONDS, _give_up)
    timer.daemon = True
    timer.start()


def _give_up() -> None:
    print(f"Not stopped within {_STOP_SECONDS:.0f} s, so ended as it is. What got a 200 is stored.", file=sys.stderr)
    os._exit(1)


@contextlib.asynccontextmanager
async def _publishing(publisher: Publisher) -> AsyncIterator[None]:
    await publisher.start()
    try:
        yield
    finally:
        await publisher.stop()
