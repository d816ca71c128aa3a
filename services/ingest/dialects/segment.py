"""Segment's HTTP tracking API, which RudderStack's and Jitsu's clients speak too."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from services.core.event import EMPTY_OBJECT, Event, Millis
from services.ingest.refusal import Reason, Refusal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
NO_WATERMARK = Millis(0)
TYPES = frozenset({"track", "page", "screen", "identify", "group", "alias"})
PLACE_LETTERS = 2048  # of a path, address or title in its own column; `context` keeps it whole


class Batch(msgspec.Struct, rename="camel"):
    """Many calls in one request. `historical` and `watermark` are ours: see `Arrival`."""

    batch: list[msgspec.Raw]
    write_key: str | None = None
    sent_at: datetime | None = None
    context: dict[str, msgspec.Raw] | None = None
    historical: bool = False
    watermark: datetime | None = None


class Single(msgspec.Struct, rename="camel"):
    """What a request with one call says about itself; the call is read from the same bytes."""

    write_key: str | None = None
    sent_at: datetime | None = None


class _Call(msgspec.Struct, rename="camel", gc=False):
    type: str | None = None
    event: str | None = None
    name: str | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    message_id: str | None = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    properties: msgspec.Raw = EMPTY_OBJECT
    traits: msgspec.Raw = EMPTY_OBJECT
    context: msgspec.Raw = EMPTY_OBJECT


class _Page(msgspec.Struct, gc=False):
    path: str | None = None
    url: str | None = None
    referrer: str | None = None
    title: str | None = None


class _Context(msgspec.Struct, gc=False):
    page: _Page | None = None


@dataclass(frozen=True)
class Arrival:
    """How a request came, which all its calls share.

    History is taken at its own times: no skew is corrected, and `watermark` (0: each event's own time) is the
    sender's promise that nothing earlier is still to come.
    """

    project: str
    received_at: Millis
    new_id: Callable[[], str]
    type: str = ""  # where the route says it
    sent_at: datetime | None = None
    context: dict[str, msgspec.Raw] = field(default_factory=dict)
    historical: bool = False
    watermark: Millis = NO_WATERMARK


_decode_call = msgspec.json.Decoder(_Call).decode
_decode_page = msgspec.json.Decoder(_Page).decode
_decode_context = msgspec.json.Decoder(_Context).decode
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def read(item: bytes, arrival: Arrival) -> Event | Refusal:
    """One call as a canonical event. Its `occurred_at` is not bounded yet: the guard wants to see by how much."""
    try:
        call = _decode_call(item)
        kind = arrival.type or call.type
        if kind not in TYPES:
            return Refusal(Reason.SCHEMA, f"`type` must be one of {', '.join(sorted(TYPES))}, not {kind!r}")
        occurred_at = _occurred_at(call, arrival)
        if occurred_at is None:
            return Refusal(Reason.CLOCK, "a historical event needs `timestamp`")
        props, context = _props(call, kind), _context(call, arrival)
        page = _page(kind, props, context)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Refusal(Reason.SCHEMA, str(error))
    return Event(
        id=call.message_id or arrival.new_id(),
        project=arrival.project,
        visitor=_visitor(call, kind),
        type=kind,
        name=(call.event or "") if kind == "track" else kind,
        occurred_at=occurred_at,
        received_at=arrival.received_at,
        watermark=(arrival.watermark or occurred_at) if arrival.historical else NO_WATERMARK,
        user=str(call.user_id or ""),
        path=_path(page),
        url=(page.url or "")[:PLACE_LETTERS],
        referrer=(page.referrer or "")[:PLACE_LETTERS],
        title=(page.title or (call.name if kind in ("page", "screen") else "") or "")[:PLACE_LETTERS],
        props=props,
        context=context,
    )


def millis(moment: datetime) -> Millis:
    """A moment without a zone is UTC: that is what the Python clients mean by one."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Millis((aware - EPOCH) // MILLISECOND)


def _occurred_at(call: _Call, arrival: Arrival) -> Millis | None:
    """The client's time, less what its clock was off when it sent: `received_at - (sentAt - timestamp)`."""
    claimed = call.original_timestamp or call.timestamp
    if claimed is None:
        return None if arrival.historical else arrival.received_at
    sent_at = call.sent_at or arrival.sent_at
    if sent_at is None or arrival.historical:
        return millis(claimed)
    return Millis(millis(claimed) + arrival.received_at - millis(sent_at))


def _visitor(call: _Call, kind: str) -> str:
    """An alias speaks of the visitor of before; `user` is who that was."""
    earlier = call.previous_id if kind == "alias" else None
    return str(earlier or call.anonymous_id or call.user_id or "")


def _props(call: _Call, kind: str) -> msgspec.Raw:
    given = call.traits if kind in ("identify", "group") else call.properties
    text = bytes(given)
    if text == b"null":
        given = EMPTY_OBJECT
    elif not text.startswith(b"{"):
        raise msgspec.ValidationError("Expected `object` - at `$.properties` or `$.traits`")
    if kind == "group":
        return msgspec.Raw(_encode({"groupId": str(call.group_id or ""), "traits": given}))
    return given


def _context(call: _Call, arrival: Arrival) -> msgspec.Raw:
    text = bytes(call.context)
    if text == b"null":
        return msgspec.Raw(_encode(arrival.context))
    if not text.startswith(b"{"):
        raise msgspec.ValidationError("Expected `object` - at `$.context`")
    if arrival.context:
        return msgspec.Raw(_encode({**arrival.context, **_decode_object(text)}))
    return call.context


def _page(kind: str, props: msgspec.Raw, context: msgspec.Raw) -> _Page:
    """Where it happened: as the page call says, else as its context says. Without both there is no place."""
    try:
        around = _decode_context(context).page or _Page()
        if kind != "page":
            return around
        own = _decode_page(props)
    except msgspec.ValidationError:
        return _Page()  # properties of these names may be anything; they stay in `props` and `context`
    return _Page(
        own.path or around.path, own.url or around.url, own.referrer or around.referrer, own.title or around.title
    )


def _path(page: _Page) -> str:
    if page.path or not page.url:
        return (page.path or "")[:PLACE_LETTERS]
    try:
        return urlsplit(page.url).path[:PLACE_LETTERS]
    except ValueError:
        return ""
