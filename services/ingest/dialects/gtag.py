"""What gtag.js sends from a browser (`/g/collect`): the address's query, and a line of the body for each event.

Google describes it nowhere. The names are those that its requests have, as several public references list them
(https://www.thyngster.com/ga4-measurement-protocol-cheatsheet/); what is not known here stays out.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from services.ingest.body import INFLATED_BYTES, SEND_LESS, hold_to_batch
from services.ingest.dialects.ga4 import VIEWS
from services.ingest.problem import Problem
from services.ingest.refusal import Reason

Json = dict[str, Any]

KEY = "write_key"
"""The parameter that holds the key, where it is not in the address."""
MOST_FIELDS = 20_000
ITEM: Final = {
    **{"id": "item_id", "nm": "item_name", "br": "item_brand", "va": "item_variant", "ca": "item_category"},
    **{f"c{level}": f"item_category{level}" for level in range(2, 6)},
    **{"pr": "price", "qt": "quantity", "ds": "discount", "cp": "coupon", "af": "affiliation", "lo": "location_id"},
    **{"ln": "item_list_name", "li": "item_list_id", "lp": "index", "pi": "promotion_id", "pn": "promotion_name"},
    **{"cn": "creative_name", "cs": "creative_slot"},
}
NUMBERS: Final = frozenset({"price", "quantity", "discount", "index"})
PAGE: Final = {"dl": "url", "dr": "referrer", "dt": "title"}
CONSENT: Final = re.compile(r"G1([01-])([01-])")

_encode = msgspec.json.Encoder().encode


def as_batch(body: bytes, query: Mapping[str, str]) -> bytes:
    """All events of a request as a batch of calls. Raises Problem where there is more of it than is taken."""
    lines = [line for line in body.decode().splitlines() if line.strip()] or [""]
    hold_to_batch(len(lines))
    _hold(body, query, len(lines))
    events = [{**query, **dict(parse_qsl(line))} for line in lines]
    key = query.get("writeKey") or next((event[f"ep.{KEY}"] for event in events if f"ep.{KEY}" in event), None)
    return _encode({"writeKey": key, "batch": [call_of(event, index) for index, event in enumerate(events)]})


def _hold(body: bytes, query: Mapping[str, str], lines: int) -> None:
    """What the address says counts for each line as if the line had said it."""
    fields = body.count(b"&") + lines * len(query)
    size = len(body) + lines * sum(len(name) + len(value) for name, value in query.items())
    if fields > MOST_FIELDS or size > INFLATED_BYTES:
        detail = (
            f"the events have {fields} parameters, at most {MOST_FIELDS} are taken, or {size} of {INFLATED_BYTES} bytes"
        )
        raise Problem(400, Reason.SIZE, detail, remedy=SEND_LESS)


def call_of(event: Mapping[str, str], index: int) -> Json:
    """One event as the call that Segment's clients would have sent."""
    name = event.get("en")
    call = {
        "type": VIEWS.get(name or "", "track"),
        "event": name,
        "messageId": _id(event, index),
        "anonymousId": event.get("cid"),
        "userId": event.get("uid"),
        "properties": _properties(event),
        "context": _context(event),
    }
    return {key: value for key, value in call.items() if value is not None}


def _id(event: Mapping[str, str], index: int) -> str | None:
    """It has none; but each request of a page has its number, so that one that comes twice counts once."""
    page, request = event.get("_p"), event.get("_s")
    return f"{page}-{request}-{index}"[:128] if page and request else None


def _properties(event: Mapping[str, str]) -> Json:
    props: Json = _prefixed(event, "ep", "epn")
    props.pop(KEY, None)
    if currency := event.get("cu"):
        props["currency"] = currency
    if engaged := event.get("_et"):
        props["engagement_time_msec"] = _number(engaged)
    numbered = sorted((int(name[2:]), name) for name in event if re.fullmatch("pr[0-9]{1,3}", name))
    if numbered:
        props["items"] = [_item(event[name]) for _, name in numbered]
    return props


def _item(text: str) -> Json:
    """Two letters and what they name, divided by tildes; `k0` and `v0` are the name and the value of the site's own."""
    parts = {part[:2]: part[2:] for part in text.split("~") if len(part) > 2}
    item = {ITEM[short]: value for short, value in parts.items() if short in ITEM}
    own = {
        value: parts[f"v{short[1]}"] for short, value in parts.items() if short[0] == "k" and f"v{short[1]}" in parts
    }
    return {name: _number(value) if name in NUMBERS else value for name, value in (own | item).items()}


def _context(event: Mapping[str, str]) -> Json:
    page = {name: event[short] for short, name in PAGE.items() if short in event}
    context: Json = {"page": page, "traits": _prefixed(event, "up", "upn"), "locale": event.get("ul")}
    if given := CONSENT.fullmatch(event.get("gcs", "")):
        said = zip(("ad_storage", "analytics_storage"), given.groups(), strict=True)
        granted = {name: letter == "1" for name, letter in said if letter != "-"}
        context["consent"] = {"categoryPreferences": granted}
    return {name: value for name, value in context.items() if value}


def _prefixed(event: Mapping[str, str], texts: str, numbers: str) -> Json:
    said: Json = {
        name.removeprefix(f"{texts}."): value for name, value in event.items() if name.startswith(f"{texts}.")
    }
    said |= {
        name.removeprefix(f"{numbers}."): _number(value)
        for name, value in event.items()
        if name.startswith(f"{numbers}.")
    }
    return said


def _number(text: str) -> int | float | str:
    """The text itself where it is none that JSON can hold."""
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text):
        return text
    return float(text) if "." in text else int(text)
