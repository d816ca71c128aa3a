"""Plain calls of Segment as the records they become, without an event in between.

A text in which nothing is escaped stands in the canonical event as it stood in the body: putting it there takes half
the time of building an `Event` and encoding it (docs/benchmarks.md). Where something is escaped, that is what happens.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from services.core.event import EMPTY_OBJECT, Millis
from services.edges.record_batch import Record
from services.ingest.dialects.segment import NAMED, NOWHERE, TRAITED, Arrival, Page, cut, occurred, own_page, path_of
from services.ingest.dialects.segment_plain import Context, PlainCall, Props, decode_context, decode_props, read_plain
from services.ingest.guard import OLDEST_MS, is_usual

_decode_contexts = msgspec.json.Decoder(list[Context]).decode
_decode_all_props = msgspec.json.Decoder(list[Props]).decode
NOTHING = msgspec.Raw(b"null")
T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


def records_of(calls: Sequence[PlainCall], body: bytes, arrival: Arrival) -> list[Record | None]:
    """What `segment.read` and the guard would make of each call; None where they have to look more closely."""
    if b"\\" in body:
        return [_encoded(call, arrival) for call in calls]
    return _put_together(calls, arrival)


def _encoded(call: PlainCall, arrival: Arrival) -> Record | None:
    event = read_plain(call, arrival)
    return (event.visitor.encode(), _encode(event)) if event is not None and is_usual(event) else None


def _put_together(calls: Sequence[PlainCall], arrival: Arrival) -> list[Record | None]:
    records: list[Record | None] = []
    received_at = arrival.received_at
    history = arrival.historical
    project = _encode(arrival.project).decode()
    contexts = _read_all(_decode_contexts, decode_context, [call.context for call in calls])
    contents = [_content(call, arrival.type or call.type) for call in calls]
    known = _read_all(_decode_all_props, decode_props, contents)
    for call, context, content, props in zip(calls, contexts, contents, known, strict=True):
        kind = arrival.type or call.type
        occurred_at = occurred(call, arrival)
        visitor = (kind == "alias" and call.previous_id) or call.anonymous_id or call.user_id
        name = call.event if kind == "track" else kind
        if (
            context is None
            or props is None
            or occurred_at is None
            or not visitor
            or not name
            or not _is_in_time(occurred_at, arrival)
        ):
            records.append(None)
            continue
        page = context.page or NOWHERE
        if kind in NAMED:
            page = cut(own_page(content, page) if kind == "page" else page, call.name)
        watermark = f',"watermark_ms":{arrival.watermark or occurred_at}' if history else ""
        user = f',"user":"{call.user_id}"' if call.user_id else ""
        where = "" if page is NOWHERE else _where(page)
        head = (
            f'{{"id":"{call.message_id or arrival.new_id()}","project":{project},"visitor":"{visitor}","type":"{kind}",'
            f'"name":"{name}","occurred_ms":{occurred_at},"received_ms":{received_at}{watermark}{user}{where}'
        )
        parts = [head.encode()]
        if content is not EMPTY_OBJECT:
            parts += (b',"props":', content)
        if call.context is not EMPTY_OBJECT:
            parts += (b',"context":', call.context)
        parts.append(b"}")
        records.append((visitor.encode(), b"".join(parts)))
    return records


def _is_in_time(occurred_at: Millis, arrival: Arrival) -> bool:
    age = arrival.received_at - occurred_at
    return 0 <= age and (age <= OLDEST_MS or (arrival.historical and occurred_at > 0))


def _content(call: PlainCall, kind: str | None) -> msgspec.Raw:
    """Traits or properties, whichever its kind has; no object where it has both, or the other."""
    if kind in TRAITED:
        return call.traits if kind == "identify" and call.properties is EMPTY_OBJECT else NOTHING
    return call.properties if kind is not None and call.traits is EMPTY_OBJECT else NOTHING


def _where(page: Page) -> str:
    path = page.path or (page.url and path_of(page.url))
    return (
        (f',"path":"{path}"' if path else "")
        + (f',"url":"{page.url}"' if page.url else "")
        + (f',"referrer":"{page.referrer}"' if page.referrer else "")
        + (f',"title":"{page.title}"' if page.title else "")
    )


def _read_all(together: Callable[[bytes], list[T]], alone: Callable[[msgspec.Raw], T], texts: list[msgspec.Raw]) -> Sequence[T | None]:
    """Each text as `alone` reads it, None where it does not."""
    try:
        return together(b"[%b]" % b",".join(texts))
    except msgspec.MsgspecError:
        return [_read(alone, text) for text in texts]


def _read(alone: Callable[[msgspec.Raw], T], text: msgspec.Raw) -> T | None:
    try:
        return alone(text)
    except msgspec.MsgspecError:
        return None
