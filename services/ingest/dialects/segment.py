"""Segment's HTTP tracking API, which RudderStack's and Jitsu's clients speak too."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from services.core.event import EMPTY_OBJECT, Event, Millis
from services.ingest.context import NOTHING_TOLD, Told, seen_besides, seen_of
from services.ingest.country import Countries
from services.ingest.guard import MOST_AHEAD_MS
from services.ingest.pseudonym import Pseudonyms, without_ids
from services.ingest.refusal import Reason, Refusal
from services.ingest.sender import NOBODY, Sender

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
TYPES = frozenset({"track", "page", "screen", "identify", "group", "alias"})
NAMED = frozenset({"page", "screen"})
"""These kinds carry the name of what was seen."""
TRAITED = frozenset({"identify", "group"})
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


class Call(msgspec.Struct, rename="camel", gc=False):
    """Holds one call as a client sent it."""

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


class _Aside(msgspec.Struct, gc=False):
    """What a call that is sent again says of the request that it came with first; ours, and of no other call."""

    seen: str = ""


class Page(msgspec.Struct, gc=False):
    """Says where an event happened; what is missing there is None or empty."""

    path: str | None = None
    url: str | None = None
    referrer: str | None = None
    title: str | None = None

    def over(self, around: "Page") -> "Page":
        """This page, and what it leaves open as the one around it says."""
        return Page(
            self.path or around.path,
            self.url or around.url,
            self.referrer or around.referrer,
            self.title or around.title,
        )


class _Context(msgspec.Struct, gc=False):
    page: Page | None = None


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
    sender: Sender = NOBODY
    countries: Countries | None = None
    pseudonyms: Pseudonyms | None = None
    most_ahead: Millis = MOST_AHEAD_MS  # of our clock; what is beyond is refused


NOWHERE = Page()

_decode_call = msgspec.json.Decoder(Call).decode
_decode_aside = msgspec.json.Decoder(_Aside).decode
_decode_page = msgspec.json.Decoder(Page).decode
_decode_context = msgspec.json.Decoder(_Context).decode
_decode_told = msgspec.json.Decoder(Told).decode
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
        occurred_at = occurred(call, arrival)
        if occurred_at is None:
            return Refusal(Reason.CLOCK, "a historical event needs `timestamp`")
        call.properties = _props(call, kind)
        call.context, page = _context(call, arrival)
        if kind == "identify" and is_empty(call.properties):
            call.properties = _traits_around(call.context)
        if kind == "page":
            page = own_page(call.properties, page)
        aside = _decode_aside(item).seen if arrival.replayed else ""
    except (msgspec.MsgspecError, RecursionError) as error:
        return Refusal(Reason.SCHEMA, str(error))
    event = event_of(call, kind, occurred_at, cut(page, call.name if kind in NAMED else None), arrival)
    # What the call tells itself goes before what its first request told, as it did then.
    return msgspec.structs.replace(event, seen=seen_besides(event.seen, aside)) if aside else event


def event_of(call: Call, kind: str, occurred_at: Millis, page: Page, arrival: Arrival) -> Event:
    """The event of a call whose `properties` and `context` are objects and belong to its kind."""
    visitor = str((kind == "alias" and call.previous_id) or call.anonymous_id or call.user_id or "")
    user = str(call.user_id or "")
    if arrival.pseudonyms is not None:
        visitor, user = arrival.pseudonyms(arrival.received_at, arrival.sender, visitor, user)
        call.properties = EMPTY_OBJECT if kind in TRAITED else without_ids(call.properties)
        call.context = without_ids(call.context)
    return Event(
        id=call.message_id or arrival.new_id(),
        project=arrival.project,
        visitor=visitor,
        type=kind,
        name=(call.event or "") if kind == "track" else kind,
        occurred_at=occurred_at,
        received_at=arrival.received_at,
        watermark=(arrival.watermark or occurred_at) if arrival.historical else 0,
        user=user,
        path=page.path or (page.url and path_of(page.url)) or "",
        url=page.url or "",
        referrer=page.referrer or "",
        title=page.title or "",
        props=call.properties,
        context=call.context,
        seen=seen_of(_told(call.context), page.url, page.referrer, arrival.sender, arrival.countries),
    )


def millis(moment: datetime) -> Millis:
    """A moment without a zone is UTC: that is what the Python clients mean by one."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND


def skew_of(sent_at: datetime | None, received_at: Millis) -> int:
    return received_at - millis(sent_at) if sent_at else 0


def occurred(call: Call, arrival: Arrival) -> Millis | None:
    """The client's time, less what its clock was off when it sent: `received_at - (sentAt - timestamp)`."""
    claimed = call.original_timestamp or call.timestamp
    if claimed is None:
        return None if arrival.historical else arrival.received_at
    occurred_at = (claimed - EPOCH) // MILLISECOND if claimed.tzinfo else millis(claimed)
    if arrival.historical:
        return occurred_at
    return occurred_at + (skew_of(call.sent_at, arrival.received_at) if call.sent_at else arrival.skew)


def _props(call: Call, kind: str) -> msgspec.Raw:
    given = _object("properties` or `$.traits", call.traits if kind in TRAITED else call.properties)
    if kind == "group":
        return msgspec.Raw(_encode({"groupId": str(call.group_id or ""), "traits": given}))
    return given


def is_empty(content: msgspec.Raw) -> bool:
    return content is EMPTY_OBJECT or bytes(content) == b"{}"


def _traits_around(context: msgspec.Raw) -> msgspec.Raw:
    """RudderStack's clients, and Segment's for phones, say in the context who was identified."""
    traits = _decode_object(context).get("traits", EMPTY_OBJECT)
    return traits if bytes(traits)[:1] == b"{" else EMPTY_OBJECT


def _object(name: str, value: msgspec.Raw) -> msgspec.Raw:
    """The value itself where it is an object, an empty one for null."""
    text = bytes(value)
    if text[:1] == b"{":
        return value
    if text == b"null":
        return EMPTY_OBJECT
    raise msgspec.ValidationError(f"Expected `object` - at `$.{name}`")


def _context(call: Call, arrival: Arrival) -> tuple[msgspec.Raw, Page]:
    """The context, with what the whole batch shares, and the page it names."""
    context = _object("context", call.context)
    if arrival.context:
        context = msgspec.Raw(_encode(arrival.context | _decode_object(context)))
    try:
        return context, _decode_context(context).page or NOWHERE
    except msgspec.ValidationError:
        # What is called `page` there may be anything; it stays in `context`.
        return context, NOWHERE


def with_shared(item: bytes, shared: Mapping[str, msgspec.Raw]) -> bytes:
    """A call that says itself what its batch shares; as it came where it is no object, or its context is none."""
    try:
        call = _decode_object(item)
        own = _decode_object(_object("context", call.get("context", EMPTY_OBJECT)))
    except msgspec.DecodeError:
        return item
    return _encode({**call, "context": {**shared, **own}})


def _told(context: msgspec.Raw) -> Told:
    try:
        return _decode_told(context)
    except msgspec.ValidationError:
        # A user agent may be anything there, too.
        return NOTHING_TOLD


def own_page(props: msgspec.Raw, around: Page) -> Page:
    """What a page call says of its page goes before its context."""
    try:
        own = _decode_page(props)
    except msgspec.ValidationError:
        return around
    return own.over(around)


def cut(page: Page, name: str | None) -> Page:
    """The page in the length of its columns; the name of the call is its title where it has none."""
    path = page.path or (page.url and path_of(page.url))
    return Page(*((text or "")[:PLACE_LETTERS] for text in (path, page.url, page.referrer, page.title or name)))


def path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
