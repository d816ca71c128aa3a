"""The calls of one request: read, judged, and each a record or a refusal.

Plain calls are read and judged in one pass of the decoder; any other is read alone, by its dialect and the guard.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

import msgspec

from services.core.event import Event
from services.ingest.body import BATCH_CALLS, INFLATED_BYTES, SEND_LESS
from services.ingest.dialects import segment
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.flat import Objects
from services.ingest.dialects.segment_plain import (
    PlainBatch,
    PlainCall,
    contents_of,
    plain_batch,
    plain_single,
    read_plain,
    texts_of,
)
from services.ingest.guard import EVENT_BYTES, judge
from services.ingest.line import Line, line_of
from services.ingest.problem import Problem, pointer_of
from services.ingest.refusal import Reason, Refusal

Refusals = list[tuple[int, Refusal]]
Head = TypeVar("Head", segment.Batch, segment.Single)

_decode_batch = msgspec.json.Decoder(segment.Batch).decode
_decode_single = msgspec.json.Decoder(segment.Single).decode
_encode = msgspec.json.Encoder().encode

TEXTS_BYTES = 256 * 1024
"""What is longer is cleaned with its body at once: hostile bodies are long, and must not be cleaned twice."""

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


class Sorted(NamedTuple):
    """Says what became of the calls of one request."""

    lines: list[Line]
    refused: Refusals
    all_plain: bool
    """None of them had to be looked at closely."""


class Calls:
    """Holds what one body says: its head, and its calls. Raises Problem where it cannot be read as a whole."""

    def __init__(self, body: bytes, kind: str, surroundings: Surroundings) -> None:
        self._body = body
        self._kind = kind
        self._surroundings = surroundings
        self._is_clean = False
        self._plain: Sequence[PlainCall] = []
        head = self._read_plain()
        if head is None:
            self._clean()
        elif not texts_are_clean(self._plain, contents_of(self._plain), self._surroundings):
            self._clean()
            head = self._read_plain()
        self.head = head or self._read()

    def _clean(self) -> None:
        if not self._is_clean:
            self._body = self._surroundings.scrub(self._body)
            self._is_clean = True

    def _read_plain(self) -> PlainBatch | PlainCall | None:
        head = plainly(self._body, self._kind)
        self._plain = [] if head is None else calls_of(head)
        return head

    def _each(self) -> Sequence[msgspec.Raw]:
        return _decoded(_decode_batch, self._body).batch

    def _read(self) -> segment.Batch | segment.Single:
        try:
            return self._decode()
        except Problem:
            whole = without_half_letters(self._body)
            if whole == self._body:
                raise
        self._body = whole
        return self._decode()

    def _decode(self) -> segment.Batch | segment.Single:
        return read_single(self._body) if self._kind else _decoded(_decode_batch, self._body)

    @cached_property
    def items(self) -> Sequence[bytes]:
        """Each call as it came, but for what must not be written anywhere."""
        self._clean()
        return [self._body] if self._kind else [bytes(item) for item in self._each()]

    def kept(self, index: int) -> bytes:
        """A call as it came, with what its batch shares: the rest of a batch is not kept with what is refused."""
        item = self.items[index]
        return segment.with_shared(item, self.shared) if self.shared else item

    @property
    def shared(self) -> dict[str, msgspec.Raw]:
        """What the batch says for all its calls. It travels with each, so it counts as if each had said it."""
        context = self.head.context if isinstance(self.head, segment.Batch) else None
        if not context:
            return {}
        size = len(self._body) + len(self.items) * sum(map(len, context.values()))
        if size > INFLATED_BYTES:
            detail = f"with the context they share the calls have {size} bytes, at most {INFLATED_BYTES} are taken"
            raise Problem(400, Reason.SIZE, detail, remedy=SEND_LESS, pointer="/context")
        return context

    @property
    def count(self) -> int:
        return len(self.head.batch) if isinstance(self.head, segment.Batch | PlainBatch) else 1

    def sort(self, arrival: segment.Arrival) -> Sorted:
        """Each call becomes an event or a refusal, which says by its number which call it is."""
        read: Sequence[Line | None] = [None] * self.count
        if self._plain and arrival.pseudonyms is None:
            are_ids_plain = not any(sign in self._body for sign in (b"\\", b"?", b"#"))
            read = read_plain(self._plain, arrival, self._surroundings, are_ids_plain=are_ids_plain)
            if all(read):
                return Sorted([line for line in read if line], [], all_plain=True)
        lines: list[Line] = []
        refused: Refusals = []
        for index, line in enumerate(read):
            outcome = line or take_or_refuse(self.items[index], arrival)
            if isinstance(outcome, Refusal):
                refused.append((index, outcome))
            else:
                lines.append(outcome if isinstance(outcome, Line) else line_of(outcome))
        return Sorted(lines, refused, all_plain=False)


def plainly(body: bytes, kind: str) -> PlainBatch | PlainCall | None:
    """What a body of plain calls says, None where one is of another shape, or longer than may be."""
    if kind:
        return plain_single(body) if len(body) <= EVENT_BYTES else None
    batch = plain_batch(body)
    return None if batch is None or (len(batch.batch) <= BATCH_CALLS and _has_long(body)) else batch


def calls_of(head: PlainBatch | PlainCall) -> Sequence[PlainCall]:
    return head.batch if isinstance(head, PlainBatch) else [head]


def texts_are_clean(calls: Sequence[PlainCall], contents: Objects, surroundings: Surroundings) -> bool:
    """Contexts are cleaned where they are read, each once, so that the rest of most bodies is soon looked at."""
    texts = texts_of(calls, contents)
    return len(texts) <= TEXTS_BYTES and surroundings.scrub(texts) == texts


def _has_long(body: bytes) -> bool:
    """Whether a call is longer than may be."""
    return len(body) > EVENT_BYTES and max(map(len, _decoded(_decode_batch, body).batch), default=0) > EVENT_BYTES


def take_or_refuse(item: bytes, arrival: segment.Arrival) -> Event | Refusal:
    """What becomes of one call, whatever its shape."""
    event = segment.read(item, arrival)
    if isinstance(event, Refusal):
        return event
    refusal = judge(event, item, arrival.most_ahead)
    if refusal is None and arrival.context:
        refusal = judge(event, _encode(event), arrival.most_ahead)  # with what the batch shares
    if refusal is not None:
        return refusal
    if event.occurred_at > arrival.received_at:
        # A clock that is ahead is taken, but the future must not hold a session open.
        bounded = min(event.watermark, arrival.received_at)
        return msgspec.structs.replace(event, occurred_at=arrival.received_at, watermark=bounded)
    return event


def read_single(body: bytes) -> segment.Single:
    return _decoded(_decode_single, body)


def without_half_letters(body: bytes) -> bytes:
    r"""Each surrogate that has lost its other half becomes U+FFFD: texts cut by a browser end so, mid-emoji.

    No reader of JSON would take them, and one such text must not cost a whole batch.

    >>> without_half_letters(rb'"\ud83d\ude00 \ud83d"')
    b'"\\ud83d\\ude00 \\ufffd"'
    """
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)


def _decoded(decode: Callable[[bytes], Head], body: bytes) -> Head:
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        remedy = "see the shape of this request in /openapi.json"
        raise Problem(400, Reason.SCHEMA, str(error), remedy=remedy, pointer=pointer_of(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, Reason.SCHEMA, str(error), remedy="send well-formed JSON") from error
