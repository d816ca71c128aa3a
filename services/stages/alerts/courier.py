"""Tells whoever is owed a message, one after the other for each receiver, so that a slow one holds up only itself."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

import msgspec

from services.core.journey import Journey
from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.delivery import STALE_HOURS, Delivery, Digest, attempted, digest_due, is_due, owed
from services.core.spikes.digest import Compared, Counted, asked_of, summarise
from services.core.spikes.incident import Incident
from services.core.spikes.rules import Receiver
from services.core.spikes.telling import Told, tell
from services.edges.digest_counts import counted
from services.edges.incidents import Keeps, changed_incidents, deliveries, known_incidents, one_delivery, snoozed
from services.edges.messenger import Messenger
from services.stages.alerts.clocks import projects
from services.stages.alerts.metrics import TOLD

T = TypeVar("T")
log = logging.getLogger(__name__)

BETWEEN_MESSAGES = 1.1
"""Seconds: Slack takes one a second."""
REMEMBERED_DAYS = 9


def at(point: str) -> None:
    """A named point at which a crash must do no harm. Tests put a function here that kills the process."""


class Letter(NamedTuple):
    """A message to be sent."""

    delivery: Delivery
    receiver: Receiver
    told: Told
    about: Incident | None


class Courier:
    """Sends while it is asked to; what it knows is in the database."""

    def __init__(
        self, journey: Journey, store: Keeps, receivers: list[Receiver], messenger: Messenger, url: str
    ) -> None:
        self._journey = journey
        self._store = store
        self._receivers = receivers
        self._messenger = messenger
        self._url = url
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="courier")
        self._rounds: dict[str, asyncio.Task[None]] = {}
        self._calls: set[Future[Any]] = set()

    async def go_round(self, is_leader: Callable[[], bool]) -> None:
        """Begin to send what is owed now. Returns before it is sent; who is still busy is not asked again."""
        idle = [one for one in self._receivers if not (one.name in self._rounds or self._messenger.rests(one.name))]
        if not idle:
            return
        letters: defaultdict[str, list[Letter]] = defaultdict(list)
        for letter in await self._in_thread(partial(self._owed, idle)):
            letters[letter.receiver.name].append(letter)
        for name, mine in letters.items():
            task = asyncio.get_running_loop().create_task(self._send(mine, is_leader), name=f"courier to {name}")
            self._rounds[name] = task
            task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, done: asyncio.Task[None]) -> None:
        del self._rounds[name]
        if not done.cancelled() and (error := done.exception()):
            log.error("Nothing can be told to %s at the moment: %s. It is tried again.", name, error)

    async def stop(self) -> None:
        """An attempt under way is in doubt then, as after a crash."""
        for task in self._rounds.values():
            task.cancel()
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _send(self, letters: list[Letter], is_leader: Callable[[], bool]) -> None:
        for letter in letters:
            if not is_leader() or self._messenger.rests(letter.receiver.name):
                return
            begun = await self._in_thread(partial(self._begin, letter.delivery))
            if begun is None:
                continue
            at("before sending")
            done = await self._messenger.deliver(begun, letter.receiver, letter.told, letter.about)
            at("after sending")
            await self._in_thread(partial(self._store.insert, "deliveries", [done]))
            TOLD.labels(done.state).inc()
            if done.state != "sent":
                log.warning(
                    "%s could not be told %s (attempt %s): %s", done.receiver, done.name, done.attempts, done.detail
                )
            await asyncio.sleep(BETWEEN_MESSAGES)

    def _begin(self, delivery: Delivery) -> Delivery | None:
        """Write that it is about to be sent. None where another leader was quicker, or where it must not be."""
        newest = one_delivery(self._store, delivery.key) or delivery
        if newest.version and not is_due(newest, _now()):
            return None
        begun = attempted(newest, _now())
        self._store.insert("deliveries", [begun])
        return begun if begun.state == "sending" else None

    @property
    def busy(self) -> bool:
        """Is a thread in the database, or waiting for a name server?"""
        return bool(self._calls) or self._messenger.busy

    async def _in_thread(self, work: Callable[[], T]) -> T:
        call = self._threads.submit(work)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return await asyncio.wrap_future(call)

    def _owed(self, receivers: list[Receiver]) -> list[Letter]:
        now = _now()
        known = {one.key: one for one in deliveries(self._store, now - REMEMBERED_DAYS * 24 * HOUR_MS)}
        told = changed_incidents(self._store, now // HOUR_MS - 2 * STALE_HOURS)
        by_name = {one.name: one for one in receivers}
        found = owed(told, receivers, known, snoozed(self._store, now), (now, self._journey.zone))
        letters = [
            Letter(one, by_name[one.receiver], tell(incident, self._journey, self._url), incident)
            for incident, one in found
        ]
        return letters + [letter for one in receivers for letter in self._digests(one, known, now)]

    def _digests(self, receiver: Receiver, known: dict[tuple[str, str, str, str], Delivery], now: int) -> list[Letter]:
        due = digest_due(receiver, (now, self._journey.zone))
        letters: list[Letter] = []
        if due is None:
            return letters
        for project in projects(self._store):
            fresh = Delivery(project=project, id="digest", moment=due.moment, receiver=receiver.name)
            delivery = known.get(fresh.key)
            if is_due(delivery, now):
                letters.append(Letter(delivery or fresh, receiver, self._digest(project, receiver, due), None))
        return letters

    def _digest(self, project: str, receiver: Receiver, due: Digest) -> Told:
        """What this receiver hears of."""
        mine = [one for one in self._incidents_since(project, due) if receiver.hears(one.named.stage, one.named.job)]
        compared = Compared(*(self._counted(project, receiver, due, weeks) for weeks in (0, 1)))
        told = summarise(mine, self._journey, due, compared, receiver.jobs)
        return msgspec.structs.replace(told, links=asked_of(due, self._journey, self._url)) if self._url else told

    def _incidents_since(self, project: str, due: Digest) -> list[Incident]:
        began = datetime.combine(due.since, datetime.min.time(), self._journey.zone)
        return known_incidents(self._store, project, int(began.timestamp()) // 3600)

    def _counted(self, project: str, receiver: Receiver, due: Digest, weeks_before: int) -> Counted:
        """The days of the digest, or the same ones so many weeks before; of all cells those this receiver hears of."""
        days = due.since - timedelta(weeks=weeks_before), due.until - timedelta(weeks=weeks_before)
        every = counted(self._store, self._journey, project, days, receiver.jobs)
        return every._replace(cells={cell: one for cell, one in every.cells.items() if receiver.hears(*cell[1:])})


def _now() -> int:
    return time.time_ns() // 1_000_000
