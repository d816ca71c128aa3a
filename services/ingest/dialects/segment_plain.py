"""Segment's calls in the shape that nearly all of them have, read at a third of what the careful reading costs.

The decoder itself holds every limit of the guard here: what it lets through is within all of them, as no shape below
can have more than 200 keys or a nesting of 5. Whatever else comes is no fault: `segment.read` and the guard judge it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from services.core.event import EMPTY_OBJECT, Event
from services.ingest.context import Told, seen_of
from services.ingest.device import Brand, Hints
from services.ingest.dialects.segment import (
    NAMED,
    NOWHERE,
    PLACE_LETTERS,
    Arrival,
    Call,
    Page,
    cut,
    is_empty,
    occurred,
    own_page,
    path_of,
)
from services.ingest.guard import ID_LETTERS, KEY_LETTERS, OLDEST_MS, VALUE_BYTES
from services.ingest.sender import NOBODY

CONTEXTS_KNOWN = 4096
KNOWN_BYTES = 2048  # a longer context is read each time: so all that is kept of them stays below 20 MB

Id = Annotated[str, Meta(max_length=ID_LETTERS)] | None
Place = Annotated[str, Meta(max_length=PLACE_LETTERS)] | None
Text = Annotated[str, Meta(max_length=VALUE_BYTES)] | None
Key = Annotated[str, Meta(max_length=KEY_LETTERS)]
Scalar = Text | int | float | bool
Props = Annotated[dict[Key, Scalar], Meta(max_length=40)]
Detail = Annotated[dict[Key, Scalar], Meta(max_length=10)]
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


class _Page(Page, gc=False, forbid_unknown_fields=True):
    path: Place = None
    url: Place = None
    referrer: Place = None
    title: Place = None
    search: Text = None


class _Brand(Brand, frozen=True, gc=False, forbid_unknown_fields=True):
    brand: Annotated[str, Meta(max_length=KEY_LETTERS)] = ""
    version: Annotated[str, Meta(max_length=KEY_LETTERS)] = ""


class _Hints(Hints, frozen=True, gc=False, forbid_unknown_fields=True):
    brands: Annotated[tuple[_Brand, ...], Meta(max_length=4)] = ()
    platform: Annotated[str, Meta(max_length=KEY_LETTERS)] = ""


class _Context(Told, rename="camel", gc=False, forbid_unknown_fields=True):
    page: _Page | None = None
    library: Detail | None = None
    campaign: Detail | None = None
    screen: Detail | None = None
    device: Detail | None = None
    network: Detail | None = None
    os: Detail | None = None
    app: Detail | None = None
    traits: Detail | None = None
    client_ids: Detail | None = None
    ip: Text = None
    locale: Text = None
    timezone: Text = None
    user_agent: Text = None
    user_agent_data: _Hints | None = None


_decode_batch = msgspec.json.Decoder(PlainBatch).decode
_decode_single = msgspec.json.Decoder(PlainCall).decode
_decode_props = msgspec.json.Decoder(Props).decode
_decode_context = msgspec.json.Decoder(_Context).decode


class _Around(NamedTuple):
    """Holds what a context says, and what is seen by it alone."""

    told: _Context
    page: Page
    path: str
    seen: str


def _read_context(context: bytes) -> _Around:
    told = _decode_context(context)
    page: Page = told.page or NOWHERE
    path = page.path or (page.url and path_of(page.url)) or ""
    return _Around(told, page, path, seen_of(told, page.url, page.referrer, NOBODY, None))


# A page says the same with each of its acts, and a server's library with all it sends.
_known_context = lru_cache(CONTEXTS_KNOWN)(_read_context)


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


def read_plain(calls: Sequence[PlainCall], arrival: Arrival) -> list[Event | None]:
    """Of each call the event that `segment.read` gives and the guard takes; None where they have to look closely.

    One loop, as a few functions more for each event would be a tenth of the time.
    """
    events: list[Event | None] = []
    received_at, sender, countries = arrival.received_at, arrival.sender, arrival.countries
    earliest = 1 if arrival.historical else received_at - OLDEST_MS
    for call in calls:
        content = call.properties if call.traits is EMPTY_OBJECT else call.traits
        context = bytes(call.context)
        try:
            around = _known_context(context) if len(context) <= KNOWN_BYTES else _read_context(context)
            _decode_props(content)
        except msgspec.MsgspecError:
            events.append(None)
            continue
        kind = arrival.type or call.type
        visitor = (kind == "alias" and call.previous_id) or call.anonymous_id or call.user_id
        name = call.event if kind == "track" else kind
        occurred_at = occurred(call, arrival)
        if (
            occurred_at is None
            or not earliest <= occurred_at <= received_at
            or not (visitor and name and kind)
            or kind == "group"
            or (call.properties if kind == "identify" else call.traits) is not EMPTY_OBJECT
            # An identify that says nothing itself may say it in its context.
            or (kind == "identify" and call.context is not EMPTY_OBJECT and is_empty(content))
        ):
            events.append(None)
            continue
        told, page, path, seen = around
        if kind in NAMED:
            page = cut(own_page(content, page) if kind == "page" else page, call.name)
            path = page.path or (page.url and path_of(page.url)) or ""
        if page is not around.page or countries is not None or (told.user_agent is None and sender is not NOBODY):
            seen = seen_of(told, page.url, page.referrer, sender, countries)
        # By place: names would cost a sixth of all that a call costs here.
        event = Event(
            call.message_id or arrival.new_id(),
            arrival.project,
            visitor,
            kind,
            name,
            occurred_at,
            received_at,
            (arrival.watermark or occurred_at) if arrival.historical else 0,
            call.user_id or "",
            path,
            page.url or "",
            page.referrer or "",
            page.title or "",
            content,
            call.context,
            seen,
        )
        events.append(event)
    return events
