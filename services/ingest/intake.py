"""One request: read, handed over to who takes what it holds, and answered once that is safe.

Plain ASGI on purpose: a FastAPI route with a pydantic body costs three times as much a request (docs/benchmarks.md).
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
import uuid_utils
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from services.core.refusal import DETAIL_LETTERS, IN_MASSES
from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.edges.record_batch import NotAccepted, Positions
from services.ingest.answer import Answer, problem, success, unavailable, without_body
from services.ingest.body import read_body
from services.ingest.caller import Caller, caller_of
from services.ingest.gate import Gate
from services.ingest.metrics import Metrics
from services.ingest.privacy import Privacy
from services.ingest.problem import Problem
from services.ingest.refusal import Reason
from services.ingest.sieve import Sieve
from services.ingest.strangers import Strangers
from services.ingest.tally import Tally
from services.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What every intake works with."""

    settings: Settings
    keyring: Keyring
    publisher: Publisher
    metrics: Metrics
    privacy: Privacy
    strangers: Strangers
    gate: Gate = field(default_factory=Gate)
    sieve: Sieve = field(default_factory=Sieve)
    tally: Tally = field(default_factory=Tally)


class Taken(NamedTuple):
    """Says what is answered once what a request brought is safe, and what is remembered of it then."""

    answer: Answer
    published: Sequence[asyncio.Future[Positions]] = ()
    once_safe: Callable[[], None] | None = None


class Intake:
    """Answers the requests of one route: subclasses say what a body means."""

    def __init__(self, parts: Parts) -> None:
        self.settings = parts.settings
        self.keyring = parts.keyring
        self.publisher = parts.publisher
        self.metrics = parts.metrics
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = caller_of(scope, self.parts.privacy.proxies)
        try:
            if scope["method"] == "POST":
                self.parts.strangers.hold(caller, self.keyring)
                answer = await self._safe(self._taken(caller, await read_body(caller.headers, receive)))
            else:
                answer = without_body(scope["method"])
        except ClientDisconnect:
            return
        except Problem as refused:
            self.metrics.request_refused[refused.reason].inc()
            if refused.reason not in IN_MASSES:  # of those it is told where they are counted
                self._log("requests_refused", "", refused.reason, 1, str(refused))
            if refused.status == 401:
                self.parts.strangers.note(caller.address)
            answer = problem(refused)
        except NotAccepted as error:
            answer = unavailable(error)
        self.metrics.answered(answer.status)
        await answer.send(send, caller.headers.get(b"origin", b""))

    def _taken(self, caller: Caller, body: bytes) -> Taken:
        self.metrics.bytes.inc(len(body))
        return self.take(caller, body)

    def take(self, caller: Caller, body: bytes) -> Taken:
        """Hand over what a body says, without waiting: what was read of it is let go before anybody waits.

        Memory that hundreds of waiting requests hold is memory that the next ones cannot have while it is in the cache.
        """
        raise NotImplementedError

    def _log(self, what: str, project: str, reason: Reason, events: int, detail: str) -> int:
        """A line a minute for each project and reason; how many it stands for, 0 where it is not due."""
        untold = self.parts.tally.add(project, reason, events, time.monotonic())
        if untold:
            log.warning(what, project=project, reason=reason, events=untold, example=detail[:DETAIL_LETTERS])
        return untold

    async def _safe(self, taken: Taken) -> Answer:
        """Wait until all of it is safe, so that a 200 may be given. The publisher says when that takes too long."""
        began = time.perf_counter()
        for future in taken.published:
            await future
        if taken.published:
            self.metrics.acknowledge.observe(time.perf_counter() - began)
        if taken.once_safe is not None:
            taken.once_safe()
        return taken.answer


class TakeNothing(Intake):
    """Takes what a client tells of itself (its own counters), so that it does not try again, and keeps none of it."""

    def take(self, caller: Caller, body: bytes) -> Taken:
        return Taken(success())


def new_id() -> str:
    """Given where the client gave none: in the order of arrival, so that ties break by it."""
    return str(uuid_utils.uuid7())
