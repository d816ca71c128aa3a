"""Takes events: a batch, a single call, the end of an import. What becomes of each is told, kept and remembered.

Nothing here waits: `intake.py` does, until what is handed over is safe.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import msgspec

from services.core.event import end_of_import
from services.core.key import Key
from services.core.refusal import DETAIL_LETTERS, RAW_BYTES
from services.edges.record_batch import NotAccepted, Positions
from services.ingest.answer import Answer, success
from services.ingest.body import hold_to_batch
from services.ingest.caller import Caller, admit, admit_history
from services.ingest.calls import Calls, read_single
from services.ingest.consent import may_be_kept
from services.ingest.context import NOTHING_TOLD, seen_of
from services.ingest.dialects import segment
from services.ingest.dialects.segment_plain import PlainCall
from services.ingest.gate import Drop, Sending
from services.ingest.intake import Intake, Parts, Taken, new_id
from services.ingest.line import records_of
from services.ingest.problem import Problem
from services.ingest.refusal import Reason, Refusal, RefusedEvent

_encode = msgspec.json.Encoder().encode


class Fate(NamedTuple):
    """Says what became of the events of one request."""

    project: str
    accepted: int
    refused: Sequence[tuple[Reason, str]]  # and what was wrong
    dropped: Mapping[Reason, int]


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
        end = end_of_import(key.project, now, new_id())
        return Taken(success(), [self.publisher.broadcast(_encode(end))])
