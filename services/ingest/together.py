"""Plain requests, many at once: read, held to every check, published by one call and answered by one future.

What a request costs beside its events is most of the cost of a small one. Any in which something is out of the ordinary
is given back before anything is done with it, and judged alone, by intake.py.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import structlog

from services.edges.express import TOGETHER_BYTES, Carrier, Head, Whole
from services.edges.record_batch import NotAccepted, Positions
from services.ingest.address import network_of
from services.ingest.answer import Answer, unavailable
from services.ingest.calls import texts_are_clean
from services.ingest.dialects import segment
from services.ingest.dialects.flat import Objects
from services.ingest.dialects.segment_plain import PlainCall, contents_of, read_plain
from services.ingest.dialects.tracks import Columns, Tracks, columns_of, read_tracks
from services.ingest.intake import Parts, new_id
from services.ingest.plain_request import Path, Preamble, Reading, Readings, as_prepared, preamble_of
from services.ingest.sender import NOBODY

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1

Alike = tuple[str, bool, bool]
"""The key, whether the sender is known, and whether all calls are tracks: what is the same of those put together."""


class Together:
    """Takes the requests of some paths."""

    def __init__(self, parts: Parts, paths: Mapping[str, Path]) -> None:
        self._parts = parts
        self._paths = paths

    def about(self, head: Head) -> Preamble | None:
        return preamble_of(head, self._paths, self._parts)

    def take(self, requests: Sequence[Whole[Preamble]]) -> None:
        received_at, size = time.time_ns() // 1_000_000, 0
        readings = Readings(self._parts, received_at)
        alike: defaultdict[Alike, list[Reading]] = defaultdict(list)
        for request in requests:
            reading = self._read(request, readings)
            if reading is None:
                request.give_back()
                continue
            alike[reading.key.digest, request.about.sender is not NOBODY, reading.are_tracks].append(reading)
            size += reading.size
            if size > TOGETHER_BYTES:  # as gzip it was gathered as less
                self._publish_all(alike, received_at)
                size = 0
        self._publish_all(alike, received_at)
        self._parts.publisher.flush()

    def _read(self, request: Whole[Preamble], readings: Readings) -> Reading | None:
        try:
            return readings.read(request)
        except Exception:
            log.exception("request_not_read_with_others")  # alone it gets its 500
            return None

    def _publish_all(self, alike: dict[Alike, list[Reading]], received_at: int) -> None:
        for readings in alike.values():
            self._publish(readings, received_at)
        alike.clear()

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
        contents = contents_of(calls)
        if not texts_are_clean(calls, contents, privacy.surroundings):
            return None
        columns = self._columns(calls, contents, readings, received_at)
        if columns is None or not sieve.names.have_room(key.project, columns.names, key.terms.event_names):
            return None
        keys = sieve.recent.keys(key.project, columns.visitors, columns.ids)
        return None if sieve.recent.any_known(keys) else (columns, keys)

    def _columns(
        self, calls: Sequence[PlainCall], contents: Objects, readings: Sequence[Reading], received_at: int
    ) -> Columns | None:
        surroundings = self._parts.privacy.surroundings
        if readings[0].are_tracks:
            skews = [reading.skew for reading in readings for _ in reading.calls]
            tracks = Tracks(calls, skews, contents, any(reading.may_be_escaped for reading in readings))
            if columns := read_tracks(tracks, self._arrival(readings[0], received_at), surroundings):
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
            about.path.kind,
            reading.skew,
            sender=about.sender,
            countries=countries,
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
        self._parts.metrics.bytes.inc(sum(reading.size for reading in readings))
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
            connection.answer_whole(as_prepared(answer, about.origin))


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
