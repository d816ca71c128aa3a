"""Segment's calls in the shape that nearly all of them have, read at a third of what the careful reading costs.

The decoder itself holds every limit of the guard here: what it lets through is within all of them, as no shape below
can have more than 165 keys or a nesting of 3. Whatever else comes is no fault: `segment.read` and the guard judge it.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.core.event import EMPTY_OBJECT, Event
from services.ingest.dialects.segment import (
    NAMED,
    NOWHERE,
    PLACE_LETTERS,
    TRAITED,
    Arrival,
    Call,
    Page,
    cut,
    event_of,
    occurred,
    own_page,
)
from services.ingest.guard import ID_LETTERS, KEY_LETTERS, VALUE_BYTES

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
    channel: Id = None
    integrations: Detail | None = None
    write_key: Id = None


class PlainBatch(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """Holds a batch of them that share no context."""

    batch: list[PlainCall]
    write_key: str | None = None
    sent_at: datetime | None = None
    historical: bool = False
    watermark: datetime | None = None
    replayed: bool = False


class _Page(Page, gc=False, forbid_unknown_fields=True):
    path: Place = None
    url: Place = None
    referrer: Place = None
    title: Place = None
    search: Text = None


class _Context(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    page: _Page | None = None
    library: Detail | None = None
    campaign: Detail | None = None
    screen: Detail | None = None
    device: Detail | None = None
    network: Detail | None = None
    os: Detail | None = None
    app: Detail | None = None
    traits: Detail | None = None
    ip: Text = None
    locale: Text = None
    timezone: Text = None
    user_agent: Text = None


_decode_batch = msgspec.json.Decoder(PlainBatch).decode
_decode_single = msgspec.json.Decoder(PlainCall).decode
_decode_props = msgspec.json.Decoder(Props).decode
_decode_context = msgspec.json.Decoder(_Context).decode


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


def read_plain(call: PlainCall, arrival: Arrival) -> Event | None:
    """The event that `segment.read` would give; None where that has to look more closely."""
    kind = arrival.type or call.type
    occurred_at = occurred(call, arrival)
    if kind is None or kind == "group" or occurred_at is None or not _has_one_kind_of_content(call, kind):
        return None
    page: Page = NOWHERE
    try:
        if call.context is not EMPTY_OBJECT:
            page = _decode_context(call.context).page or NOWHERE
        if call.properties is not EMPTY_OBJECT:
            _decode_props(call.properties)
    except msgspec.MsgspecError:
        return None
    if kind in NAMED:
        page = cut(own_page(call.properties, page) if kind == "page" else page, call.name)
    return event_of(call, kind, occurred_at, page, arrival)


def _has_one_kind_of_content(call: PlainCall, kind: str) -> bool:
    """Traits or properties, in `properties` from here on: what is beside them would go unread."""
    if kind in TRAITED:
        if call.properties is not EMPTY_OBJECT:
            return False
        call.properties = call.traits
        return True
    return call.traits is EMPTY_OBJECT
