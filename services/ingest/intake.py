"""One request: who sends, what it holds, what of it is taken, and the answer once that is safe.

Plain ASGI on purpose: a FastAPI route with a pydantic body costs three times as much a request (docs/benchmarks.md).
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import msgspec
import structlog
import uuid_utils
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from services.core.event import WATERMARK, Event
from services.core.key import Key
from services.core.refusal import DETAIL_LETTERS, IN_MASSES, RAW_BYTES
from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.edges.record_batch import NotAccepted, Positions
from services.ingest.answer import Answer, problem, success, unavailable, without_body
from services.ingest.body import hold_to_batch, read_body
from services.ingest.caller import Caller, admit, admit_history, caller_of
from services.ingest.calls import Calls, read_single
from services.ingest.consent import may_be_kept
from services.ingest.context import NOTHING_TOLD, seen_of
from services.ingest.dialects import segment
from services.ingest.dialects.segment_plain import PlainCall
from services.ingest.gate import Drop, Gate, Sending
from services.ingest.line import records_of
from services.ingest.metrics import Metrics
from services.ingest.privacy import Privacy
from services.ingest.problem import Problem
from services.ingest.refusal import Reason, Refusal, RefusedEvent
from services.ingest.sieve import Sieve
from services.ingest.strangers import Strangers
from services.ingest.tally import Tally
from services.settings import Settings

log = structlog.get_logger(__name__)

_encode = msgspec.json.Encoder().encode


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


class Fate(NamedTuple):
    """Says what became of the events of one request."""

    project: str
    accepted: int
    refused: Sequence[tuple[Reason, str]]  # and what was wrong
    dropped: Mapping[Reason, int]


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


class TakeEvents(Intake):
    """Takes the calls of a batch, or the one call of a route that says its type."""

    def __init__(self, parts: Parts, kind: str = "") -> None:
        super().__init__(parts)
        self.kind = kind

    def take(self, caller: Caller, body: bytes) -> Taken:
        calls = Calls(body, self.kind, self.parts.privacy.surroundings)
        # A beacon carries no headers, so that one client puts the key into the address.
        key = admit(self.keyring, caller.headers, calls.head.write_key or caller.query.get("writeKey"))
        arrival = self.parts.privacy.applied(self._arrival(calls, key), caller)
        sending = Sending(key, caller, calls.count, arrival.historical)
        drop = self.parts.gate.judge(sending)
        if drop is not None:
            return Taken(self._dropped(drop, sending))
        lines, refused, all_plain = calls.sort(arrival)
        sifted = self.parts.sieve.sift(lines, b"" if all_plain else body, sending, arrival)
        sifted = self.parts.privacy.heed(sifted, body, sending, arrival)
        published = [self.publisher.publish(records_of(sifted.lines))]
        if refused and not arrival.replayed:
            kept = [(refusal, calls.kept(index)) for index, refusal in refused]
            published.append(self._set_aside(kept, arrival, sending))
        fate = Fate(key.project, len(sifted.lines), [(one.reason, one.detail) for _, one in refused], sifted.dropped)
        return Taken(
            success(refused, sifted.dropped), published, partial(self._settle, fate, sifted.keys, sifted.renamed)
        )

    def _settle(self, fate: Fate, keys: Sequence[int], renamed: int) -> None:
        self.parts.sieve.recent.remember(keys)
        self.metrics.accepted.inc(fate.accepted)
        for reason, detail in fate.refused:
            self.metrics.event_refused[reason].inc()
            self._log("events_refused", fate.project, reason, 1, detail)
        for reason, events in fate.dropped.items():
            self._tell(fate.project, reason, "single events of a request", events)
        if renamed:
            self.metrics.renamed.inc(renamed)

    def _dropped(self, drop: Drop, sending: Sending) -> Answer:
        self._tell(sending.key.project, drop.reason, drop.detail, sending.events)
        if drop.status == 200:
            return success((), {drop.reason: sending.events})
        raise Problem(drop.status, drop.reason, drop.detail, remedy=drop.reason.remedy, retry_after=drop.retry_after)

    def _tell(self, project: str, reason: Reason, detail: str, events: int) -> None:
        """Count what is dropped, and tell of it once a minute: in the log, and where refused events are shown."""
        self.metrics.event_refused[reason].inc(events)
        untold = self._log("events_dropped", project, reason, events, detail)
        if not untold:
            return
        sample = RefusedEvent(
            project=project,
            reason=reason,
            detail=f"{detail} ({untold} dropped since this was last shown, which is once a minute at most)",
            raw=b"",
            refused_ms=time.time_ns() // 1_000_000,
        )
        # A sample that cannot be kept now is not worth failing a request for: the metric counts all.
        with suppress(NotAccepted):
            self.publisher.publish([(project.encode(), _encode(sample))], self.publisher.refused_topic)

    def _arrival(self, calls: Calls, key: Key) -> segment.Arrival:
        received_at = time.time_ns() // 1_000_000
        head = calls.head
        skew = segment.skew_of(head.sent_at, received_at)
        most_ahead = key.terms.most_ahead_ms
        if isinstance(head, segment.Single | PlainCall):
            return segment.Arrival(key.project, received_at, new_id, self.kind, skew, most_ahead=most_ahead)
        hold_to_batch(len(head.batch))
        if head.historical:
            admit_history(key)
        watermark = min(segment.millis(head.watermark), received_at) if head.watermark else 0
        return segment.Arrival(
            key.project,
            received_at,
            new_id,
            skew=skew,
            context=calls.shared,
            historical=head.historical,
            watermark=watermark,
            replayed=head.replayed,
            most_ahead=most_ahead,
        )

    def _set_aside(
        self, refused: Iterable[tuple[Refusal, bytes]], arrival: segment.Arrival, sending: Sending
    ) -> asyncio.Future[Positions]:
        project = arrival.project
        headers, terms = sending.caller.headers, sending.key.terms
        seen = seen_of(NOTHING_TOLD, None, None, arrival.sender, arrival.countries)
        records = [
            RefusedEvent(
                project=project,
                reason=refusal.reason,
                detail=refusal.detail[:DETAIL_LETTERS],
                raw=item[:RAW_BYTES] if may_be_kept(item, headers, terms) else b"",
                refused_ms=arrival.received_at,
                size=len(item),
                type=arrival.type,
                skew=arrival.skew,
                historical=arrival.historical,
                seen=seen,
            )
            for refusal, item in refused
        ]
        return self.publisher.publish(
            [(project.encode(), _encode(record)) for record in records], self.publisher.refused_topic
        )


class TakeImportEnd(Intake):
    """Ends a project's import: tells every partition that nothing historical is still to come."""

    def take(self, caller: Caller, body: bytes) -> Taken:
        head = read_single(body or b"{}")
        key = admit(self.keyring, caller.headers, head.write_key)
        admit_history(key)
        now = time.time_ns() // 1_000_000
        end = Event(
            id=new_id(),
            project=key.project,
            visitor="",
            type=WATERMARK,
            name=WATERMARK,
            occurred_at=now,
            received_at=now,
            watermark=now,
        )
        return Taken(success(), [self.publisher.broadcast(_encode(end))])


class TakeNothing(Intake):
    """Takes what a client tells of itself (its own counters), so that it does not try again, and keeps none of it."""

    def take(self, caller: Caller, body: bytes) -> Taken:
        return Taken(success())


def new_id() -> str:
    """Given where the client gave none: in the order of arrival, so that ties break by it."""
    return str(uuid_utils.uuid7())
