"""The leader's duty: one worker of all judges the hours that are over and tells what follows, on Faust's timers.

The leader is whoever holds the first partition: Kafka gives it to one worker, and to another within its session
time-out when that one dies. Faust's own election needs a topic of its own, with a partition that a worker would have
to tell from those of events.
"""

import asyncio
import logging
from collections.abc import Awaitable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from services.core.event import Millis
from services.core.journey import Journey
from services.core.spikes.baseline import HOUR_MS
from services.edges.alert_addresses import receivers_of
from services.edges.clickhouse_errors import StoreError
from services.edges.incidents import Keeps
from services.edges.log import ENDS_SECONDS, ends
from services.edges.messenger import Messenger
from services.edges.topics import KafkaUnreachable
from services.settings import Settings
from services.stages.agent import now
from services.stages.alerts.clocks import partitions_of, reached
from services.stages.alerts.courier import Courier
from services.stages.alerts.evaluator import Evaluator
from services.stages.alerts.metrics import CHANGED, JUDGED
from services.stages.app import App

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
SEND_EVERY = 2.0
MARGIN_MS = 120_000
"""After the end of an hour: a checkpoint, a late batch."""
END_WITHIN = ENDS_SECONDS + 0.5
"""Seconds that a judgement under way is waited for. A database that does not answer may take longer."""
CATCH_UP = 3
"""Hours judged anew by a leader that has not judged any: what its predecessor may have left."""


class Duty:
    """Does what the leader must. Errors of the database are said and tried again; they never stop the worker."""

    def __init__(self, app: App, settings: Settings, journey: Journey, store: Keeps, log_id: str) -> None:
        """Raises NoAddress where a receiver has none."""
        self._app = app
        self._settings = settings
        self._store = store
        self._log_id = log_id
        self._evaluator = Evaluator(journey, store)
        self._judged: dict[str, int] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alerts")
        self._call: Future[None] | None = None
        receivers = receivers_of(journey.alerts, settings)
        self._courier = Courier(journey, store, receivers, Messenger(settings), settings.public_url)

    def take_up(self) -> None:
        """Have Faust call it, on the leader only, from the app's start on."""

        async def tell() -> None:
            await self._carefully("tell of incidents", self._courier.go_round(self._app.is_leader))

        self._app.timer(LOOK_EVERY, on_leader=True, name="judge")(self.judge)
        self._app.timer(SEND_EVERY, on_leader=True, name="tell")(tell)

    async def judge(self) -> None:
        """Judge what is due now, in a thread."""
        self._call = self._thread.submit(self.judge_due, now())
        await self._carefully("judge the last hour", asyncio.wrap_future(self._call))

    async def stop(self) -> None:
        """Call it while Kafka is still there: a thread that asks it would wait for the answer, and Python for it."""
        await self._courier.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._call is not None:
            await asyncio.to_thread(wait, [self._call], END_WITHIN)

    @property
    def busy(self) -> bool:
        """Is a thread in the database, or waiting for a name server?"""
        return self._courier.busy or (self._call is not None and not self._call.done())

    def judge_due(self, moment: Millis) -> None:
        """Judge the hours that are over since the last time. Blocks."""
        over = (moment - MARGIN_MS) // HOUR_MS - 1
        if self._judged and min(self._judged.values()) >= over:
            return
        for project, time in self._reached(moment).items():
            newest = (time - MARGIN_MS) // HOUR_MS - 1
            first = max(self._judged.get(project, 0) + 1, newest - CATCH_UP + 1)
            for hour in range(first, newest + 1):
                self._judge(project, hour, moment)
                self._judged[project] = hour

    def _reached(self, moment: Millis) -> dict[str, Millis]:
        partitions = partitions_of(self._store, self._log_id)
        log_ends = ends(self._settings.kafka, self._settings.topic, list(range(partitions)))
        return reached(self._store, self._log_id, log_ends, moment)

    def _judge(self, project: str, hour: int, moment: Millis) -> None:
        JUDGED.set(hour)
        for incident, what in self._evaluator.judge(project, hour, moment):
            if what is not None:
                CHANGED.labels(what).inc()
                log.info("Incident %s of %s: %s (%s)", incident.id, project, what, " ".join(incident.named.cell))

    async def _carefully(self, what: str, work: Awaitable[None]) -> None:
        try:
            await work
        except (StoreError, KafkaUnreachable) as error:
            log.warning("Could not %s: %s. Trying again.", what, error)
        except Exception:
            # Sessions and findings are worth more than alerts: the worker goes on, and says what is wrong with us.
            log.exception("Could not %s, which is a mistake of ours. Trying again.", what)
