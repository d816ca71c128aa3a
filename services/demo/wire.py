"""Acts → the JSON that a client library would post: Segment's shapes, each event saying that it is simulated."""

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from services.replay import message
from services.replay.times import rfc3339


class Act(NamedTuple):
    """One act of a visit: a page view (`page`) or a named event."""

    at: int  # milliseconds
    name: str
    path: str
    props: dict[str, Any]


def encode(act: Act, visitor: str, message_id: str, device: str) -> bytes:
    """One item of a batch."""
    is_page = act.name == "page"
    call = message.Message(
        type="page" if is_page else "track",
        event="" if is_page else act.name,
        anonymous_id=visitor,
        message_id=message_id,
        timestamp=rfc3339(act.at),
        properties=act.props,
        context=_context(act.path, device),
    )
    return message.encode(call)


@lru_cache(maxsize=1024)
def _context(path: str, device: str) -> msgspec.Raw:
    """Encoded once: there are only so many pages and devices."""
    return msgspec.Raw(message.encode({"simulated": True, "page": {"path": path}, "device": {"type": device}}))
