"""A stages worker as a process of its own: starts, works until it is told to stop, lets go."""

import asyncio
import gc
import logging
import os
import signal

from services.core.errors import TooManyRefused
from services.core.journey import Journey
from services.edges.clickhouse_errors import StoreError
from services.edges.log import log_id
from services.edges.topics import KafkaUnreachable
from services.settings import Settings
from services.stages.alerts.duty import Duty
from services.stages.announcer import Announcer
from services.stages.app import App, create_app
from services.stages.health import Health
from services.stages.preparation import Preparation
from services.stages.refused import RefusedEvents
from services.stages.watch import Watch

log = logging.getLogger(__name__)

STOP_WITHIN = 9.0
"""Seconds. Supervisors commonly kill 10 s after a SIGTERM."""

GC_THRESHOLD = (2_000, 10_000, 100)
"""Often at what is new, while it still is in the processor's cache; seldom at what has been here for a while."""


def run(settings: Settings, journey: Journey, preparation: Preparation) -> int:
    """Work until SIGTERM or SIGINT. The exit code: 0 when told to stop, 1 when work failed or could not start."""
    try:
        store = preparation.store()
        store.save_journey(journey.version, journey.document())
        log_name, refused_log = preparation.logs()
    except (KafkaUnreachable, StoreError) as error:
        log.error("The stages worker cannot start. %s", error)
        return 1
    app = create_app(settings, journey, store, log_name)
    duty = Duty(app, settings, journey, store, log_name)
    return asyncio.run(_work(app, settings, RefusedEvents(settings, store, refused_log), duty))


async def _work(app: App, settings: Settings, refused: RefusedEvents, duty: Duty) -> int:
    told = _told_to_stop()
    watch = Watch(
        app.checkpoint, settings.kafka, settings.topic, lambda: log_id(settings.kafka, settings.topic), app.fail
    )
    health = Health(lambda: watch.problem)
    if settings.health_port is not None:
        log.info("Health and metrics on port %s", health.serve(settings.host, settings.health_port))
    refused.start()
    duty.take_up()
    announcer = Announcer(settings)
    await announcer.start()
    app.checkpoint.writes.announce = announcer.announce
    await _work_until(told, app, watch, health)
    stopped, *_ = await asyncio.gather(_stopped(app), refused.stop(), duty.stop())
    await announcer.stop()
    code = 0 if stopped and not app.crashed else 1
    if isinstance(app.crash_reason, TooManyRefused):
        log.error("The stages worker stops. %s", app.crash_reason)
    if app.checkpoint.busy or refused.busy or duty.busy:
        # A thread waits for a database that does not answer, and Python would wait for the thread. Nothing of it
        # is acknowledged, so there is nothing to tidy up.
        logging.shutdown()
        os._exit(code)
    return code


def _told_to_stop() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


async def _work_until(told: asyncio.Event, app: App, watch: Watch, health: Health) -> None:
    """Until told to, or until the app crashes."""

    async def work() -> None:
        await app.start()
        spare_the_collector()
        watching = asyncio.create_task(watch.run())
        try:
            await app.wait()
        finally:
            watching.cancel()

    tasks = [asyncio.create_task(one) for one in (work(), told.wait(), _turn(health))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _turn(health: Health) -> None:
    while True:
        health.turned()
        await asyncio.sleep(1)


def spare_the_collector() -> None:
    """Have Python's cycle collector look seldom at what stays, and never at what is here now.

    Visitors and sessions hold no cycles, and there are many: by default 12 % of the time goes into looking at them.
    Looking seldom at what is new (each 100,000 objects) still took 6 %: it had left the cache by then.
    What loading left of garbage stays: looking for it now would make the first checkpoint wait.
    """
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)


async def _stopped(app: App) -> bool:
    try:
        await asyncio.wait_for(app.stop(), STOP_WITHIN)
    except TimeoutError:
        log.warning("The worker did not stop within %s s; what was acknowledged is stored all the same", STOP_WITHIN)
        return False
    return True
