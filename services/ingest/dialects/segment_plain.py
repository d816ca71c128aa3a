"""Segment's calls in the shape that nearly all of them have, read at a fraction of what the careful reading costs.

The decoder itself holds every limit of the guard here: what it lets through is within all of them, as no shape below
can have more than 200 keys or a nesting of 5. Whatever else comes is no fault: `segment.read` and the guard judge it.
The record is put together from the pieces in which it came: decoded, it is the very event that `segment.read` gives.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.core.event import EMPTY_OBJECT
from services.ingest.context import seen_of
from services.ingest.dialects.around import Detail, Key, Parts, Scalar, Surroundings, end_of, place_of
from services.ingest.dialects.flat import KEYS, Objects, are_flat, objects_of
from services.ingest.dialects.segment import EPOCH, MILLISECOND, NAMED, Arrival, Call, cut, is_empty, occurred, own_page
from services.ingest.guard import ID_LETTERS, OLDEST_MS
from services.ingest.line import Line
from services.ingest.sender import NOBODY

NAMES_KNOWN = 4096

Id = Annotated[str, Meta(max_length=ID_LETTERS)] | None
Props = Annotated[dict[Key, Scalar], Meta(max_length=KEYS)]
Kind = Literal["track", "page", "screen", "identify", "group", "alias"]


class PlainCall(Call, rename="camel", gc=False, forbid_unknown_fields=True):
    """Holds a call that says nothing beside what is read of it."""

    type: Kind | None = None
    event: Id = None
    name: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    message_id: Id = None
    category: Id = None
    channel: Id = None
    integrations: Detail | None = None
    write_key: Id = None
    metadata: Detail | None = msgspec.field(name="_metadata", default=None)


class PlainBatch(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """Holds a batch of them that share no context."""

    batch: list[PlainCall]
    write_key: str | None = None
    sent_at: datetime | None = None
    timestamp: datetime | None = None
    integrations: Detail | None = None
    historical: bool = False
    watermark: datetime | None = None
    replayed: bool = False


_QUERY = re.compile("[?#]")  # is cut from ids too, where all of a body is cleaned

_decode_batch = msgspec.json.Decoder(PlainBatch).decode
_decode_single = msgspec.json.Decoder(PlainCall).decode
_decode_props = msgspec.json.Decoder(Props).decode
_encode = msgspec.json.Encoder().encode


def plain_batch(body: bytes) -> PlainBatch | None:
    """The batch in this body; None where it, or one of its calls, is of another shape."""
    try:
        return _decode_batch(body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def plain_single(body: bytes) -> PlainCall | None:
    try:
        return _decode_single(body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def contents_of(calls: Sequence[Call]) -> Objects:
    return objects_of([call.properties if call.traits is EMPTY_OBJECT else call.traits for call in calls])


def texts_of(calls: Sequence[PlainCall], contents: Objects) -> bytes:
    """All that is kept of these calls, beside ids and contexts, as one text of JSON: to be searched at once."""
    names = {call.event for call in calls}
    names |= {call.name for call in calls}
    return b"[%b%b]" % (contents.text, _encode(list(names)))


def read_plain(
    calls: Sequence[PlainCall], arrival: Arrival, surroundings: Surroundings, *, are_ids_plain: bool = False
) -> list[Line | None]:
    """Of each call the event that `segment.read` gives and the guard takes; None where they have to look closely.

    `are_ids_plain` says that no id can have an escape, a query or a fragment in it. One loop, as a few functions more
    for each event would be a tenth of the time.
    """
    lines: list[Line | None] = []
    received_at, historical, route_kind = arrival.received_at, arrival.historical, arrival.type
    earliest = 1 if historical else received_at - OLDEST_MS
    skew = 0 if historical else arrival.skew
    is_sender_known = arrival.countries is not None or arrival.sender is not NOBODY
    project, received = b'","project":%b,"visitor":"' % _encode(arrival.project), b',"received_ms":%d' % received_at
    known, nothing, join = surroundings.known.get, surroundings.nothing, b"".join
    contents = contents_of(calls)
    all_flat = are_flat(contents)
    for call, content in zip(calls, contents.each, strict=True):
        parts: Parts | None = nothing
        if call.context is not EMPTY_OBJECT:
            context = bytes(call.context)
            parts = known(context) or surroundings.read(context)
        if parts is None or not (all_flat or _is_plain_content(content)):
            lines.append(None)
            continue
        place, end, tells_agent = parts
        kind = route_kind or call.type
        visitor = call.anonymous_id or call.user_id
        if kind == "track":
            name = call.event
            is_odd = call.traits is not EMPTY_OBJECT
        else:
            name = kind
            visitor = (kind == "alias" and call.previous_id) or visitor
            is_odd = _is_odd(call, kind, content)
        claimed = call.original_timestamp or call.timestamp
        if claimed is None or call.sent_at is not None or claimed.tzinfo is None:
            occurred_at = occurred(call, arrival)
        else:
            occurred_at = (claimed - EPOCH) // MILLISECOND + skew
        if (
            is_odd
            or not (visitor and name and kind)
            or occurred_at is None
            or not earliest <= occurred_at <= received_at
        ):
            lines.append(None)
            continue
        if kind in NAMED or (is_sender_known and not (tells_agent and arrival.countries is None)):
            place, end = _own(call, kind, surroundings, arrival)
        id = call.message_id or arrival.new_id()
        if not are_ids_plain and _QUERY.search(f"{id} {visitor} {call.user_id}"):
            lines.append(None)
            continue
        key = visitor.encode()
        record = join(
            (
                b'{"id":"',
                id.encode() if are_ids_plain else _encode(id)[1:-1],
                project,
                key if are_ids_plain else _encode(visitor)[1:-1],
                _named(kind, name),
                b"%d" % occurred_at,
                received,
                b',"watermark_ms":%d' % (arrival.watermark or occurred_at) if historical else b"",
                b',"user":' + _encode(call.user_id) if call.user_id else b"",
                place,
                b"" if content is EMPTY_OBJECT else b',"props":',
                b"" if content is EMPTY_OBJECT else content,
                end,
            )
        )
        lines.append(Line(visitor, id, name, (key, record)))
    return lines


@lru_cache(NAMES_KNOWN)
def _named(kind: str, name: str) -> bytes:
    return b'","type":"%b","name":%b,"occurred_ms":' % (kind.encode(), _encode(name))


def _is_odd(call: PlainCall, kind: str | None, content: msgspec.Raw) -> bool:
    """Whether a call that is no `track` has its content where its kind has none, or none where another place may."""
    if kind == "identify":
        # One that says nothing itself may say it in its context.
        return call.properties is not EMPTY_OBJECT or (call.context is not EMPTY_OBJECT and is_empty(content))
    return kind == "group" or call.traits is not EMPTY_OBJECT


def _own(call: PlainCall, kind: str, surroundings: Surroundings, arrival: Arrival) -> tuple[bytes, bytes]:
    """Where a call itself says its page, or its sender how its visitor came."""
    is_bare = call.context is EMPTY_OBJECT
    told, page, context = surroundings.around_nothing if is_bare else surroundings.around(bytes(call.context))
    if kind in NAMED:
        page = cut(own_page(call.properties, page) if kind == "page" else page, call.name)
    seen = seen_of(told, page.url, page.referrer, arrival.sender, arrival.countries)
    return place_of(page), end_of(context, seen)


def _is_plain_content(content: msgspec.Raw) -> bool:
    try:
        _decode_props(content)
    except msgspec.MsgspecError:
        return False
    return True
