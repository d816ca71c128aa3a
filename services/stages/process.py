"""A stages worker as a process of its own: starts, works until it is told to stop, lets go."""

import asyncio
import gc
import logging
import signal

from services.core.journey import Journey
from services.edges.clickhouse_errors import StoreError
from services.edges.log import log_id
from services.edges.topics import KafkaUnreachable, ensure_topics
from services.settings import Settings
from services.stages.app import App, create_app
from services.stages.store import Store

log = logging.getLogger(__name__)

STOP_WITHIN = 9.0


def run(settings: Settings, journey: Journey, store: Store) -> int:
    """Work until SIGTERM or SIGINT. The exit code: 0 when told to stop, 1 when the work failed or could not start."""
    return asyncio.run(_run(settings, journey, store))


async def _run(settings: Settings, journey: Journey, store: Store) -> int:
    told = _told_to_stop()
    try:
        name = await asyncio.to_thread(_make_ready, settings, journey, store)
    except (KafkaUnreachable, StoreError) as error:
        log.error("The stages worker cannot start. %s", error)
        return 1
    app = create_app(settings, journey, store, name)
    await _work_until(told, app)
    return 1 if app.crashed or not await _stopped(app) else 0


def _told_to_stop() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


def _make_ready(settings: Settings, journey: Journey, store: Store) -> str:
    ensure_topics(settings, [settings.topic])
    store.save_journey(journey.version, journey.document())
    return log_id(settings.kafka, settings.topic)


async def _work_until(told: asyncio.Event, app: App) -> None:
    async def work() -> None:
        await app.start()
        # What is here now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        await app.wait()

    working, waiting = asyncio.create_task(work()), asyncio.create_task(told.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    for task in (working, waiting):
        task.cancel()
    await asyncio.gather(working, waiting, return_exceptions=True)


async def _stopped(app: App) -> bool:
    try:
        await asyncio.wait_for(app.stop(), STOP_WITHIN)
    except TimeoutError:
        log.warning("The worker did not stop within %s s; what was acknowledged is stored all the same", STOP_WITHIN)
        return False
    return True
