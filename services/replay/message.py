"""One call as a Segment library would post it: the shape in which recorded and simulated events travel."""

from typing import Any, NamedTuple

import msgspec


class Outgoing(NamedTuple):
    """One event ready for posting: when it happened in milliseconds, whose it is, and its JSON."""

    at: int
    visitor: str
    body: bytes


class Target(msgspec.Struct, frozen=True):
    """Where to send: an installation and a write key of it with the right to send history."""

    url: str
    key: str


class Message(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True, rename="camel"):
    """A `track` or `page` call. `timestamp` is RFC 3339; `event` stays empty for a page."""

    type: str
    event: str = ""
    anonymous_id: str
    user_id: str = ""
    message_id: str
    timestamp: str
    properties: msgspec.Raw | dict[str, Any]
    context: msgspec.Raw | dict[str, Any] = msgspec.Raw(b"{}")


encode = msgspec.json.Encoder().encode
