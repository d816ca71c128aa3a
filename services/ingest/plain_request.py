"""One plain request, read before it is put with others: what follows from its head, and the calls in its body.

A head is looked at once for as long as it is remembered, a body each time. What is not plain is not read on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.core.key import Key, Kind
from services.core.terms import Asked
from services.edges.express import Head, Prepared, Whole, prepared
from services.ingest.answer import ALL_TAKEN, Answer, readable_from
from services.ingest.body import BATCH_CALLS, GZIP_MAGIC, INFLATED_BYTES, as_text, inflate
from services.ingest.caller import Caller, caller_by, key_in
from services.ingest.calls import calls_of, plainly
from services.ingest.consent import asked_by_headers, may_be_asked
from services.ingest.dialects import segment
from services.ingest.dialects.flat import are_flat
from services.ingest.dialects.segment_plain import PlainBatch, PlainCall, contents_of
from services.ingest.gate import Sending, refused_sender
from services.ingest.intake import Parts
from services.ingest.other_dialects import Translate
from services.ingest.problem import Problem
from services.ingest.sender import Sender, sender_of

ENCODINGS = {b"": False, b"identity": False, b"gzip": True}
PASSED_BY = 20
"""So many requests are not translated here after one in vain: a client that sends what is odd does so again."""


class Path(NamedTuple):
    """Says of a path which type it gives to its calls, "" where each says it, and how they become Segment's."""

    kind: str = ""
    translate: Translate | None = None


@dataclass(slots=True)
class Preamble:
    """Holds what follows from the head of a request."""

    path: Path
    caller: Caller
    presented: str
    sender: Sender
    is_gzip: bool
    all_taken: Prepared
    cleared_for: Key | None = None
    """The key, as it stands, with which requests with this head pass the checks of who sends."""
    passed_by: int = 0
    """So many requests with this head are to be looked at alone."""

    @property
    def origin(self) -> bytes:
        return self.caller.headers.get(b"origin", b"")


class Reading(NamedTuple):
    """Holds a request that was read."""

    request: Whole[Preamble]
    calls: Sequence[PlainCall]
    size: int
    skew: int
    key: Key
    are_tracks: bool
    may_be_escaped: bool
    """Whether there is an escape in its body."""


class Readings:
    """Reads the requests that are taken at one moment, and looks for each key once."""

    def __init__(self, parts: Parts, received_at: int) -> None:
        self._parts = parts
        self._received_at = received_at
        self._found: dict[str, Key | None] = {}
        self._room = INFLATED_BYTES  # a MB of gzip may hold a GB: together they may have as much as one alone

    def read(self, request: Whole[Preamble]) -> Reading | None:
        """None where it must be looked at alone."""
        about = request.about
        try:
            self._parts.strangers.hold(about.caller, self._parts.keyring)
            text = self._text_of(request)
            body = _in_calls(text, about)
        except Problem:
            return None
        head = plainly(body, about.path.kind)
        if head is None or (isinstance(head, PlainBatch) and (head.historical or head.replayed or not head.batch)):
            return None
        key = self._key(about.presented or head.write_key or about.caller.query.get("writeKey") or "")
        calls = calls_of(head)
        if key is None or len(calls) > BATCH_CALLS or not self._may_pass(key, about, body):
            return None
        if about.path.translate is not None and not are_flat(contents_of(calls)):
            about.passed_by = PASSED_BY
            return None
        skew = segment.skew_of(head.sent_at, self._received_at)
        return Reading(request, calls, len(text), skew, key, _are_tracks(about.path.kind, calls), b"\\" in body)

    def _text_of(self, request: Whole[Preamble]) -> bytes:
        body = request.body
        if request.about.is_gzip or body.startswith(GZIP_MAGIC):
            room, self._room = self._room, 0  # what does not fit was not worth a second look
            body = inflate(body, room)
            self._room = room - len(body)
        return as_text(body)

    def _key(self, presented: str) -> Key | None:
        if presented not in self._found:
            self._found[presented] = self._parts.keyring.find(presented)
        return self._found[presented]

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


def _in_calls(text: bytes, about: Preamble) -> bytes:
    """The body in Segment's words. Empty where it takes a closer look: forms and Base64 may hold gzip, of any size."""
    if about.path.translate is None:
        return text
    if about.passed_by or text[:1] not in (b"{", b"["):
        about.passed_by = max(0, about.passed_by - 1)
        return b""
    return about.path.translate(text, about.caller.query)


def preamble_of(head: Head, paths: Mapping[str, Path], parts: Parts) -> Preamble | None:
    """None where a request with this head is not plain."""
    path = paths.get(head.path)
    if path is None:
        return None
    caller = caller_by(head.headers, head.query, head.peer, parts.privacy.proxies)
    is_gzip = ENCODINGS.get(caller.headers.get(b"content-encoding", b"").lower())
    try:
        presented = key_in(caller.headers)
    except Problem:
        return None
    if is_gzip is None:
        return None
    all_taken = as_prepared(ALL_TAKEN, caller.headers.get(b"origin", b""))
    return Preamble(path, caller, presented, sender_of(caller), is_gzip, all_taken)


def as_prepared(answer: Answer, origin: bytes) -> Prepared:
    return prepared(answer.status, [*answer.headers, *readable_from(origin)], answer.body)


def _are_tracks(kind: str, calls: Sequence[PlainCall]) -> bool:
    return kind == "track" or (not kind and {call.type for call in calls} == {"track"})
