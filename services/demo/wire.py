"""Events → the JSON that a client library would post: Segment's shapes, each event saying that it is simulated."""

from functools import lru_cache

import msgspec

from services.core.event import Event
from services.replay.message import Message, Outgoing
from services.replay.message import encode as to_json
from services.replay.times import rfc3339


def encode(event: Event) -> Outgoing:
    """One item of a batch."""
    is_page = event.type == "page"
    call = Message(
        type=event.type,
        event="" if is_page else event.name,
        anonymous_id=event.visitor,
        user_id=event.user,
        message_id=event.id,
        timestamp=rfc3339(event.occurred_at),
        properties=event.props,
        context=_context(event.path, bytes(event.context)),
    )
    return Outgoing(event.occurred_at, event.visitor, to_json(call))


@lru_cache(maxsize=2048)
def _context(path: str, around: bytes) -> msgspec.Raw:
    """Encoded once: there are only so many pages and devices."""
    page = to_json({"simulated": True, "page": {"path": path}})
    return msgspec.Raw(page[:-1] + b"," + around[1:])
