"""A refused event as a call to be sent again: its bytes as they came, and what only its first arrival knew.

So it happens at the time at which it did happen, and counts once however often it is sent.
"""

import hashlib
from datetime import UTC, datetime

import msgspec

from services.core.event import EMPTY_OBJECT, Event
from services.core.refusal import BY_WORKER, IN_MASSES
from services.edges.refused import Refused
from services.ingest.dialects import segment

_Object = dict[str, msgspec.Raw]

_decode_event = msgspec.json.Decoder(Event).decode
_decode_object = msgspec.json.Decoder(_Object).decode
_decode_any = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

TRAITS = frozenset({"identify", "group"})


class CannotBeSent(Exception):
    """These bytes are no call and no event, so sending them again cannot help: says why."""


class Call(msgspec.Struct, frozen=True):
    """One item of a batch, with what the batch must say for it."""

    body: bytes
    historical: bool
    at: int  # when it happened, in milliseconds, where that can be known; else when it was refused


def call_of(refused: Refused) -> Call:
    """Raises CannotBeSent."""
    if refused.reason in IN_MASSES:
        raise CannotBeSent("it says how many events were dropped, and holds none of them")
    if not refused.whole:
        raise CannotBeSent(f"only {len(refused.raw)} of its {refused.size} bytes were kept")
    return _of_event(refused.raw) if refused.reason in BY_WORKER else _of_call(refused)


def _of_call(refused: Refused) -> Call:
    """Where we cannot read it either it goes as it came: the ingest of today may."""
    try:
        fields = _decode_object(refused.raw)
    except msgspec.MsgspecError:
        return Call(_json(refused.raw), refused.historical, refused.at)
    fields.setdefault("messageId", msgspec.Raw(_encode(_id_of(refused))))
    if refused.type:
        fields["type"] = msgspec.Raw(_encode(refused.type))
    if refused.seen:
        fields["seen"] = msgspec.Raw(_encode(refused.seen))
    read = segment.read(refused.raw, _arrival(refused))
    if not isinstance(read, Event):
        return Call(_encode(fields), refused.historical, refused.at)
    if not refused.historical:
        # The clock's skew was known only when it arrived.
        for name in ("originalTimestamp", "sentAt"):
            fields.pop(name, None)
        fields["timestamp"] = _time(read.occurred_at)
    return Call(_encode(fields), refused.historical, read.occurred_at)


def _arrival(refused: Refused) -> segment.Arrival:
    return segment.Arrival(
        refused.project,
        refused.at,
        lambda: "",
        refused.type,
        refused.skew,
        historical=refused.historical,
    )


def _of_event(raw: bytes) -> Call:
    """What a worker could not apply was an event already, if it was anything."""
    try:
        event = _decode_event(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CannotBeSent(f"it is no event ({error})") from None
    if event.type not in segment.TYPES:
        raise CannotBeSent(f"it is a {event.type}, which no client sends")
    fields: _Object = {
        "type": msgspec.Raw(_encode(event.type)),
        "messageId": msgspec.Raw(_encode(event.id)),
        "previousId" if event.type == "alias" else "anonymousId": msgspec.Raw(_encode(event.visitor)),
        "timestamp": _time(event.occurred_at),
        "context": msgspec.Raw(_encode(_context(event))),
        "seen": msgspec.Raw(_encode(event.seen)),
    }
    if event.type == "track":
        fields["event"] = msgspec.Raw(_encode(event.name))
    if event.user:
        fields["userId"] = msgspec.Raw(_encode(event.user))
    return Call(_encode(fields | _props(event)), bool(event.watermark), event.occurred_at)


def _props(event: Event) -> _Object:
    if event.type == "group":  # see `segment`: it put the two into one object
        together = _decode_object(event.props)
        return {"groupId": together.get("groupId", msgspec.Raw(b'""')), "traits": together.get("traits", EMPTY_OBJECT)}
    return {"traits" if event.type in TRAITS else "properties": event.props}


def _context(event: Event) -> _Object:
    page = {"path": event.path, "url": event.url, "referrer": event.referrer, "title": event.title}
    said = {name: value for name, value in page.items() if value}
    around = _decode_object(event.context)
    return around | {"page": msgspec.Raw(_encode(said))} if said else around


def _json(raw: bytes) -> bytes:
    try:
        _decode_any(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CannotBeSent(f"it is not JSON ({error})") from None
    return raw


def _id_of(refused: Refused) -> str:
    place = f"{refused.log_id}/{refused.partition}/{refused.offset}"
    return f"replay-{hashlib.sha256(place.encode()).hexdigest()[:24]}"


def _time(at: int) -> msgspec.Raw:
    moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    return msgspec.Raw(_encode(moment))
