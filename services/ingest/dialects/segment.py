"""Segment's HTTP tracking API, which RudderStack's and Jitsu's clients speak too."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from services.core.event import EMPTY_OBJECT, Event, Millis
from services.ingest.refusal import Reason, Refusal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TYPES = frozenset({"track", "page", "screen", "identify", "group", "alias"})
PLACE_LETTERS = 2048  # of a path, address or title in its own column; `context` keeps it whole


class Batch(msgspec.Struct, rename="camel"):
    """Many calls in one request. `historical`, `watermark` and `replayed` are ours: see `Arrival`."""

    batch: list[msgspec.Raw]
    write_key: str | None = None
    sent_at: datetime | None = None
    context: dict[str, msgspec.Raw] | None = None
    historical: bool = False
    watermark: datetime | None = None
    replayed: bool = False


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


class Arrival(msgspec.Struct, frozen=True):
    """How a request came, which all its calls share.

    History is taken at its own times: no skew is corrected, and `watermark` (0: each event's own time) is the
    sender's promise that nothing earlier is still to come. What is `replayed` stands aside already.
    """

    project: str
    received_at: Millis
    new_id: Callable[[], str]
    type: str = ""  # where the route says it
    skew: int = 0  # milliseconds the client's clock was behind ours when it sent
    context: dict[str, msgspec.Raw] = {}
    historical: bool = False
    watermark: Millis = 0
    replayed: bool = False


NOWHERE = _Page()

_decode_call = msgspec.json.Decoder(_Call).decode
_decode_page = msgspec.json.Decoder(_Page).decode
_decode_context = msgspec.json.Decoder(_Context).decode
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def read(item: bytes, arrival: Arrival) -> Event | Refusal:
    """One call as a canonical event; of an alias the visitor is the one of before.

    Its `occurred_at` is not bounded yet: the guard wants to see by how much it is off.
    """
    try:
        call = _decode_call(item)
        kind = arrival.type or call.type
        if kind not in TYPES:
            return Refusal(Reason.SCHEMA, f"`type` must be one of {', '.join(sorted(TYPES))}, not {kind!r}")
        occurred_at = _occurred_at(call, arrival)
        if occurred_at is None:
            return Refusal(Reason.CLOCK, "a historical event needs `timestamp`")
        props = _props(call, kind)
        context, page = _context(call, arrival)
        if kind == "page":
            page = _own_page(props, page)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Refusal(Reason.SCHEMA, str(error))
    return Event(
        id=call.message_id or arrival.new_id(),
        project=arrival.project,
        visitor=str((kind == "alias" and call.previous_id) or call.anonymous_id or call.user_id or ""),
        type=kind,
        name=(call.event or "") if kind == "track" else kind,
        occurred_at=occurred_at,
        received_at=arrival.received_at,
        watermark=(arrival.watermark or occurred_at) if arrival.historical else 0,
        user=str(call.user_id or ""),
        path=(page.path or (page.url and _path_of(page.url)) or "")[:PLACE_LETTERS],
        url=(page.url or "")[:PLACE_LETTERS],
        referrer=(page.referrer or "")[:PLACE_LETTERS],
        title=(page.title or (call.name if kind in ("page", "screen") else "") or "")[:PLACE_LETTERS],
        props=props,
        context=context,
    )


def millis(moment: datetime) -> Millis:
    """A moment without a zone is UTC: that is what the Python clients mean by one."""
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH
    # Half the time of dividing the timedelta, and as exact.
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def skew_of(sent_at: datetime | None, received_at: Millis) -> int:
    return received_at - millis(sent_at) if sent_at else 0


def _occurred_at(call: _Call, arrival: Arrival) -> Millis | None:
    """The client's time, less what its clock was off when it sent: `received_at - (sentAt - timestamp)`."""
    claimed = call.original_timestamp or call.timestamp
    if claimed is None:
        return None if arrival.historical else arrival.received_at
    if arrival.historical:
        return millis(claimed)
    skew = skew_of(call.sent_at, arrival.received_at) if call.sent_at else arrival.skew
    return millis(claimed) + skew


def _props(call: _Call, kind: str) -> msgspec.Raw:
    given = call.traits if kind in ("identify", "group") else call.properties
    if bytes(given)[:1] != b"{":
        given = _object("properties` or `$.traits", given)
    if kind == "group":
        return msgspec.Raw(_encode({"groupId": str(call.group_id or ""), "traits": given}))
    return given


def _object(name: str, value: msgspec.Raw) -> msgspec.Raw:
    """The value itself where it is an object, an empty one for null."""
    text = bytes(value)
    if text[:1] == b"{":
        return value
    if text == b"null":
        return EMPTY_OBJECT
    raise msgspec.ValidationError(f"Expected `object` - at `$.{name}`")


def _context(call: _Call, arrival: Arrival) -> tuple[msgspec.Raw, _Page]:
    """The context, with what the whole batch shares, and the page it names."""
    context = call.context
    if arrival.context:
        context = msgspec.Raw(_encode(arrival.context | _decode_object(_object("context", context))))
    try:
        return context, _decode_context(context).page or NOWHERE
    except msgspec.ValidationError:
        # What is called `page` there may be anything; it stays in `context`.
        return _object("context", context), NOWHERE


def _own_page(props: msgspec.Raw, around: _Page) -> _Page:
    """What a page call says of its page goes before its context."""
    try:
        own = _decode_page(props)
    except msgspec.ValidationError:
        return around
    return _Page(
        own.path or around.path, own.url or around.url, own.referrer or around.referrer, own.title or around.title
    )


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
