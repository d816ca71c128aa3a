"""PostHog's capture API: its events become the calls that `segment` reads, what its pages see becomes our events."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec

from services.ingest.body import GZIP_MAGIC, hold_to_batch, inflate
from services.ingest.dialects.posthog_page import told_by_page
from services.ingest.problem import Problem
from services.ingest.refusal import Reason

Json = dict[str, Any]


class _Head(msgspec.Struct):
    api_key: str | None = None


ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""An event that says only how long ago it was: any moment will do for it to have been sent at."""

AROUND = {
    "$current_url": ("page", "url"),
    "$pathname": ("page", "path"),
    "$referrer": ("page", "referrer"),
    "title": ("page", "title"),
    "$lib": ("library", "name"),
    "$lib_version": ("library", "version"),
    "utm_source": ("campaign", "source"),
    "utm_medium": ("campaign", "medium"),
    "utm_campaign": ("campaign", "campaign"),
    "$ip": ("", "ip"),
    "$browser_language": ("", "locale"),
    "$timezone": ("", "timezone"),
    "$raw_user_agent": ("", "userAgent"),
    "$device_type": ("device", "type"),
    "$os": ("os", "name"),
    "$os_name": ("os", "name"),
}
"""Where in a context stands what a property says: the part, "" for none, and the name there. The last one counts."""
DIRECT = ("$referrer", "$direct")  # nowhere

_decode = msgspec.json.Decoder().decode
_decode_head = msgspec.json.Decoder(_Head).decode
_encode = msgspec.json.Encoder().encode


def as_batch(body: bytes, query: Mapping[str, str]) -> bytes:
    """The body as a batch of calls. Raises Problem where it cannot be read as a whole.

    An event that cannot be read stays as it is: whoever reads the calls refuses it alone.
    """
    content = _content(body)
    head: Json = content if isinstance(content, dict) else {}
    items = head.get("batch", content)
    items = items if isinstance(items, list) else [items]
    hold_to_batch(len(items))
    return _encode(
        {
            "writeKey": head.get("api_key") or head.get("token") or query.get("token") or _token(items),
            "sentAt": head.get("sent_at") or _sent_at(query.get("_", "")),
            "historical": head.get("historical_migration") is True,
            "batch": [call_of(item) if isinstance(item, dict) else item for item in items],
        }
    )


def is_posthog(body: bytes) -> bool:
    """Whether a body on a path that is Segment's too is in this dialect: nobody else writes the key so, or a form."""
    try:
        return body.startswith(b"data=") or _decode_head(body).api_key is not None
    except (msgspec.MsgspecError, RecursionError):
        return False


def call_of(item: Json) -> Json:
    """One event as the call that Segment's clients would have sent."""
    props = item.get("properties") or {}
    if not isinstance(props, dict):
        return {"type": "track", "properties": props}
    # Its server libraries write what is known of a person beside the properties, its browser library within.
    props |= {name: item[name] for name in ("$set", "$set_once") if name in item}
    kind, content = _kind(item.get("event"), props)
    call = {
        "messageId": item.get("uuid") or item.get("$insert_id") or props.get("$insert_id"),
        **_visitor(item, props),
        **_time(item),
        "context": _context(props),
        "type": kind,
        **content,
    }
    return {name: value for name, value in call.items() if value is not None}


def _content(body: bytes) -> Any:
    """JSON, or a form with JSON in it, plain or as Base64, and that gzipped or not."""
    try:
        if body.startswith(b"data="):
            body = parse_qs(body.decode()).get("data", [""])[0].encode()
        if body[:1] not in (b"{", b"["):
            body = base64.b64decode(body, validate=True)
        return _decode(inflate(body) if body.startswith(GZIP_MAGIC) else body)
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError) as error:
        raise Problem(
            400, Reason.SCHEMA, f"the body is not an event of PostHog's: {error}", remedy="send JSON, gzip or Base64"
        ) from error


def _token(items: list[Any]) -> str | None:
    for item in items[:1]:
        props = item.get("properties") if isinstance(item, dict) else None
        if isinstance(props, dict):
            return item.get("api_key") or item.get("token") or props.get("token")
    return None


def _sent_at(milliseconds: str) -> str | None:
    if not re.fullmatch(r"[0-9]{1,14}", milliseconds):
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(milliseconds))).isoformat()


def _time(item: Json) -> Json:
    offset = item.get("offset")
    if item.get("timestamp") or not isinstance(offset, int | float) or not 0 <= offset < 1e12:
        return {"timestamp": item.get("timestamp")}
    return {"sentAt": ALWAYS.isoformat(), "timestamp": (ALWAYS - timedelta(milliseconds=offset)).isoformat()}


def _visitor(item: Json, props: Json) -> Json:
    """Its one id is a visitor's before, and a person's after they are known; the device's stays the same."""
    person = item.get("distinct_id") or props.get("distinct_id") or item.get("$distinct_id")
    before = props.get("$anon_distinct_id") or props.get("$device_id")
    is_known = props.get("$is_identified", props.get("$process_person_profile", True)) is not False
    if item.get("event") != "$identify" and (not is_known or person == before):
        return {"anonymousId": person}
    return {"anonymousId": before, "userId": person}


def _kind(event: Any, props: Json) -> tuple[str, Json]:
    """The type of the call, and what belongs to it."""
    match event:
        case "$pageview":
            return "page", {"properties": props}
        case "$screen":
            return "screen", {"name": props.get("$screen_name"), "properties": props}
        case "$identify" | "$set":
            return "identify", {"traits": _object(props.get("$set_once")) | _object(props.get("$set"))}
        case "$create_alias":
            return "alias", {"previousId": props.get("distinct_id"), "userId": props.get("alias")}
        case "$groupidentify":
            return "group", {"groupId": props.get("$group_key"), "traits": _object(props.get("$group_set"))}
    name, told = told_by_page(event, props)
    return "track", {"event": name, "properties": told}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _context(props: Json) -> Json:
    context: Json = {}
    for name in [name for name in AROUND if name in props]:
        part, ours = AROUND[name]
        value = props[name]
        if value is not None and value not in ("", {}) and (name, value) != DIRECT:
            (context.setdefault(part, {}) if part else context)[ours] = value
    return context
