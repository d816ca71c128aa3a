"""One act of one visitor, in the form in which it travels: one Kafka record, one row of `events`.

The JSON on the topic is what a ClickHouse insert reads, so a worker forwards the bytes untouched.
"""

from typing import TypeAlias

import msgspec

Millis: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z. On the wire such a field ends in `_ms`."""

EMPTY_OBJECT = msgspec.Raw(b"{}")

WATERMARK = "watermark"
"""The `type` of a record that carries no act, only its project's import clock (see `Event.watermark`)."""


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A canonical event.

    `name` is the customer's own event name for a `track`, else the type itself (`page`, `identify`).
    `occurred_at` is the client's time after skew correction, `received_at` ours.
    `watermark` is 0 for a live event. For history it is the sender's promise, in the data's own time,
    that no earlier event of this project is still to come: it takes the place of our clock.
    `props` and `context` are JSON objects as the client sent them, never decoded on the way; `seen` is what ingest
    read of the context, as services/core/seen.py says.
    """

    id: str
    project: str
    visitor: str
    type: str
    name: str
    occurred_at: Millis = msgspec.field(name="occurred_ms")
    received_at: Millis = msgspec.field(name="received_ms")
    watermark: Millis = msgspec.field(name="watermark_ms", default=0)
    user: str = ""
    path: str = ""
    url: str = ""
    referrer: str = ""
    title: str = ""
    props: msgspec.Raw = EMPTY_OBJECT
    context: msgspec.Raw = EMPTY_OBJECT
    seen: str = ""


def end_of_import(project: str, now: Millis, id: str = "") -> Event:
    """The record that tells a partition that nothing historical of a project is still to come."""
    return Event(
        id=id,
        project=project,
        visitor="",
        type=WATERMARK,
        name=WATERMARK,
        occurred_at=now,
        received_at=now,
        watermark=now,
    )
