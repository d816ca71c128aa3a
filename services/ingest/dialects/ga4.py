"""GA4's Measurement Protocol: its events become the calls that `segment` reads, under the names they have."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.ingest.body import hold_to_batch
from services.ingest.problem import Problem, pointer_of
from services.ingest.refusal import Reason

Json = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VIEWS = {"page_view": "page", "screen_view": "screen"}


class Body(msgspec.Struct):
    """What one visitor did. `app_instance_id` is an app's name for its visitor, `client_id` a page's."""

    events: list[Any]
    client_id: str | int | None = None
    app_instance_id: str | None = None
    user_id: str | int | None = None
    timestamp_micros: int | str | None = None
    user_properties: dict[str, Any] | None = None
    user_agent: Any = None
    ip_override: Any = None
    device: Any = None


_decode = msgspec.json.Decoder(Body).decode
_encode = msgspec.json.Encoder().encode


def as_batch(body: bytes, query: Mapping[str, str]) -> bytes:
    """The body as a batch of calls; the secret in the address is the write key. Raises Problem.

    An event that cannot be read stays as it is: whoever reads the calls refuses it alone.
    """
    try:
        said = _decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        pointer = pointer_of(error) if isinstance(error, msgspec.ValidationError) else ""
        remedy = "send client_id and events, as the Measurement Protocol says"
        raise Problem(400, Reason.SCHEMA, str(error), remedy=remedy, pointer=pointer) from error
    hold_to_batch(len(said.events))
    calls = [call_of(event, said) if isinstance(event, dict) else event for event in said.events]
    return _encode({"writeKey": query.get("api_secret"), "batch": calls})


def call_of(event: Json, body: Body) -> Json:
    """One event as the call that Segment's clients would have sent."""
    params = event.get("params") or {}
    name = event.get("name")
    call = {
        "type": VIEWS.get(name, "track") if isinstance(name, str) else "track",
        "event": name,
        "anonymousId": body.client_id or body.app_instance_id,
        "userId": body.user_id,
        "timestamp": _time(event.get("timestamp_micros") or body.timestamp_micros),
        "properties": params,
        "context": _context(params if isinstance(params, dict) else {}, body),
    }
    if name == "screen_view" and isinstance(params, dict):
        call["name"] = params.get("screen_name") or params.get("firebase_screen")
    return {key: value for key, value in call.items() if value is not None}


def _time(micros: Any) -> str | None:
    """Microseconds, as a number or as text; what is neither is handed on to be refused."""
    text = str(micros or "")
    if not re.fullmatch(r"[0-9]{1,17}", text):
        return text or None
    return (EPOCH + timedelta(microseconds=int(text))).isoformat()


def _context(params: Json, body: Body) -> Json:
    page = {
        "url": params.get("page_location"),
        "path": params.get("page_path"),
        "referrer": params.get("page_referrer"),
        "title": params.get("page_title"),
    }
    traits = {
        name: held.get("value") if isinstance(held, dict) else held
        for name, held in (body.user_properties or {}).items()
    }
    told = body.device if isinstance(body.device, dict) else {}
    context = {
        "page": {name: value for name, value in page.items() if value},
        "locale": params.get("language"),
        "traits": traits,
        "userAgent": body.user_agent,
        "ip": body.ip_override,
        "device": {"type": told["category"]} if told.get("category") else None,
        "os": {"name": told["operating_system"]} if told.get("operating_system") else None,
    }
    return {name: value for name, value in context.items() if value}
