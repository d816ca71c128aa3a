"""Plain requests, many at once: read, held to every check, published by one call and answered by one future.

What a request costs beside its events is most of the cost of a small one. Any in which something is out of the ordinary
is given back before anything is done with it, and judged alone, by intake.py.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import structlog

from services.core.key import Key, Kind
from services.core.terms import Asked
from services.edges.express import Carrier, Head, Prepared, Whole, prepared
from services.edges.record_batch import NotAccepted, Positions
from services.ingest.address import network_of
from services.ingest.answer import ALL_TAKEN, Answer, readable_from, unavailable
from services.ingest.body import BATCH_CALLS, GZIP_MAGIC, as_text
from services.ingest.caller import Caller, caller_by, key_in
from services.ingest.calls import calls_of, plainly, texts_are_clean
from services.ingest.consent import asked_by_headers, may_be_asked
from services.ingest.dialects import segment
from services.ingest.dialects.segment_plain import PlainBatch, PlainCall, read_plain
from services.ingest.dialects.tracks import Columns, columns_of, read_tracks
from services.ingest.gate import Sending, refused_sender
from services.ingest.intake import Parts, new_id
from services.ingest.problem import Problem
from services.ingest.sender import NOBODY, Sender, sender_of

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1


@dataclass(slots=True)
class Preamble:
    """Holds what follows from the head of a request."""

    kind: str
    caller: Caller
    presented: str
    sender: Sender
    origin: bytes
    all_taken: Prepared
    cleared_for: Key | None = None
    """The key, as it stands, with which requests with this head pass the checks of who sends."""


class Reading(NamedTuple):
    """Holds a request that was read."""

    request: Whole[Preamble]
    calls: Sequence[PlainCall]
    skew: int
    key: Key
    are_tracks: bool


class Together:
    """Takes requests of paths that say the type of their calls, or "" where each call does."""

    def __init__(self, parts: Parts, kinds: Mapping[str, str]) -> None:
        self._parts = parts
        self._kinds = kinds

    def about(self, head: Head) -> Preamble | None:
        if head.path not in self._kinds:
            return None
        caller = caller_by(head.headers, head.query, head.peer, self._parts.privacy.proxies)
        try:
            presented = key_in(caller.headers)
        except Problem:
            return None
        origin = caller.headers.get(b"origin", b"")
        return Preamble(
            self._kinds[head.path], caller, presented, sender_of(caller), origin, _prepared(ALL_TAKEN, origin)
        )

    def take(self, requests: Sequence[Whole[Preamble]]) -> None:
        received_at = time.time_ns() // 1_000_000
        found: dict[str, Key | None] = {}
        alike: defaultdict[tuple[str, bool, bool], list[Reading]] = defaultdict(list)
        for request in requests:
            reading = self._read(request, received_at, found)
            if reading is None:
                request.give_back()
            else:
                is_known = request.about.sender is not NOBODY
                alike[reading.key.digest, is_known, reading.are_tracks].append(reading)
        for readings in alike.values():
            self._publish(readings, received_at)
        self._parts.publisher.flush()

    def _read(self, request: Whole[Preamble], received_at: int, found: dict[str, Key | None]) -> Reading | None:
        """None where it must be looked at alone. `found` are the keys of this moment: each is looked for once."""
        about, body = request.about, request.body
        try:
            self._parts.strangers.hold(about.caller, self._parts.keyring)
            as_text(body)
        except Problem:
            return None
        head = None if body.startswith(GZIP_MAGIC) else plainly(body, about.kind)
        if head is None or (isinstance(head, PlainBatch) and (head.historical or head.replayed or not head.batch)):
            return None
        presented = about.presented or head.write_key or about.caller.query.get("writeKey") or ""
        if presented not in found:
            found[presented] = self._parts.keyring.find(presented)
        key = found[presented]
        calls = calls_of(head)
        if key is None or len(calls) > BATCH_CALLS or not self._may_pass(key, about, body):
            return None
        skew = segment.skew_of(head.sent_at, received_at)
        return Reading(request, calls, skew, key, _are_tracks(about.kind, calls))

    def _may_pass(self, key: Key, about: Preamble, body: bytes) -> bool:
        if about.cleared_for is not key:
            if not self._may_send(key, about):
                return False
            about.cleared_for = key
        return not may_be_asked(body, key.terms)

    def _may_send(self, key: Key, about: Preamble) -> bool:
        if key.kind is not Kind.WRITE or self._parts.privacy.hides_ids(key.project):
            return False
        if asked_by_headers(about.caller.headers, key.terms)[0] is not Asked.IGNORE:
            return False
        return not refused_sender(Sending(key, about.caller, 0, historical=False))

    def _publish(self, readings: Sequence[Reading], received_at: int) -> None:
        """All of them, or where that cannot be each half by itself: so the odd ones are found."""
        try:
            events = self._events(readings, received_at)
        except Exception:
            # Whatever it is, it must not leave others without an answer; alone, the request at fault gets its 500.
            log.exception("requests_not_taken_together", requests=len(readings))
            events = None
        if events is not None and self._pass_gate(readings):
            self._hand_over(readings, *events)
        elif len(readings) > 1:
            half = len(readings) // 2
            for some in (readings[:half], readings[half:]):
                self._publish(some, received_at)
        else:
            readings[0].request.give_back()

    def _events(self, readings: Sequence[Reading], received_at: int) -> tuple[Columns, Sequence[int]] | None:
        """The events, and what is remembered of them; None where any of them is odd."""
        privacy, sieve, key = self._parts.privacy, self._parts.sieve, readings[0].key
        calls = [call for reading in readings for call in reading.calls]
        if not texts_are_clean(calls, privacy.surroundings):
            return None
        columns = self._columns(calls, readings, received_at)
        if columns is None or not sieve.names.have_room(key.project, columns.names, key.terms.event_names):
            return None
        keys = sieve.recent.keys(key.project, columns.visitors, columns.ids)
        return None if sieve.recent.any_known(keys) else (columns, keys)

    def _columns(self, calls: Sequence[PlainCall], readings: Sequence[Reading], received_at: int) -> Columns | None:
        surroundings = self._parts.privacy.surroundings
        if readings[0].are_tracks:
            skews = [reading.skew for reading in readings for _ in reading.calls]
            if columns := read_tracks(calls, skews, self._arrival(readings[0], received_at), surroundings):
                return columns
        arrivals = [self._arrival(reading, received_at) for reading in readings]
        read = [read_plain(one.calls, arrival, surroundings) for one, arrival in zip(readings, arrivals, strict=True)]
        lines = [line for some in read for line in some]
        return columns_of([line for line in lines if line]) if all(lines) else None

    def _arrival(self, reading: Reading, received_at: int) -> segment.Arrival:
        about, key = reading.request.about, reading.key
        countries = self._parts.privacy.countries
        return segment.Arrival(
            key.project,
            received_at,
            new_id,
            about.kind,
            reading.skew,
            sender=about.sender,
            countries=countries,
            most_ahead=key.terms.most_ahead_ms,
        )

    def _pass_gate(self, readings: Sequence[Reading]) -> bool:
        by_network: Counter[str] = Counter()
        for reading in readings:
            by_network[network_of(reading.request.about.caller.address)] += len(reading.calls)
        return self._parts.gate.take_all(readings[0].key, by_network)

    def _hand_over(self, readings: Sequence[Reading], columns: Columns, keys: Sequence[int]) -> None:
        sent = Sent(
            [(reading.request.connection, reading.request.about) for reading in readings], keys, time.perf_counter()
        )
        self._parts.sieve.names.learn(readings[0].key.project, columns.names)
        self._parts.metrics.bytes.inc(sum(reading.request.body_bytes for reading in readings))
        try:
            published = self._parts.publisher.publish(columns.records)
        except NotAccepted as error:
            self._answer_with(sent, unavailable(error))
        else:
            published.add_done_callback(partial(self._settle, sent))

    def _settle(self, sent: "Sent", published: asyncio.Future[Positions]) -> None:
        if (error := failure_of(published)) is not None:
            self._answer_with(sent, unavailable(error))
            return
        passed, metrics = time.perf_counter() - sent.began, self._parts.metrics
        self._parts.sieve.recent.remember(sent.keys)
        metrics.accepted.inc(len(sent.keys))
        metrics.answered(200, len(sent.to))
        for connection, about in sent.to:
            metrics.acknowledge.observe(passed)
            connection.answer_whole(about.all_taken)

    def _answer_with(self, sent: "Sent", answer: Answer) -> None:
        self._parts.metrics.answered(answer.status, len(sent.to))
        for connection, about in sent.to:
            connection.answer_whole(_prepared(answer, about.origin))


class Sent(NamedTuple):
    """Holds who is to be answered once what they sent is safe, and what is remembered then."""

    to: Sequence[tuple[Carrier, Preamble]]
    keys: Sequence[int]
    began: float


def failure_of(published: asyncio.Future[Positions]) -> NotAccepted | None:
    """Why nothing of it may be called accepted; whatever went wrong, those who sent it are told to send it again."""
    if published.cancelled():
        return NotAccepted("ingest is stopping", RETRY_SECONDS)
    error = published.exception()
    if error is None or isinstance(error, NotAccepted):
        return error
    log.error("requests_not_published", exc_info=error)
    return NotAccepted("the events could not be put into Kafka; the log of ingest says why", RETRY_SECONDS)


def _are_tracks(kind: str, calls: Sequence[PlainCall]) -> bool:
    return kind == "track" or (not kind and {call.type for call in calls} == {"track"})


def _prepared(answer: Answer, origin: bytes) -> Prepared:
    return prepared(answer.status, [*answer.headers, *readable_from(origin)], answer.body)
