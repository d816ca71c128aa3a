"""What an event tells of the circumstances in which it happened, apart from its own properties.

It is kept among an act's properties, under names that no client's property has, so that a session folded again
finds it there. Only what a journey's circumstances ask for is looked at and kept.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from services.core.event import Event

DEVICE, CAMPAIGN, REFERRER, VISITOR = "@device", "@campaign", "@referrer", "@visitor"

NEW, RETURNING = "new", "returning"

FIRST_VISITS = frozenset({"first_visit", "first_open", "Application Installed"})
"""Events of GA4, Firebase and Segment that only a new visitor sends."""

PHONES = frozenset({"ios", "android", "iphone", "phone", "smartphone"})
"""Names of systems and things that mean a phone, which is called mobile."""

VISIT_NUMBERS = ("session_number", "ga_session_number")

_TABLET = re.compile(r"ipad|tablet", re.IGNORECASE)
_MOBILE = re.compile(r"mobi|iphone|android", re.IGNORECASE)
_UTM = re.compile(r"[?&]utm_campaign=([^&#]*)")
_ESCAPES = re.compile(rb"%([0-9A-Fa-f]{2})")
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)", re.IGNORECASE)


class _Context(msgspec.Struct, gc=False, rename="camel"):
    device: Any = None
    campaign: Any = None
    user_agent: Any = None


_decode = msgspec.json.Decoder(_Context).decode


def surroundings(event: Event, props: Mapping[str, Any], asked: frozenset[str]) -> dict[str, Any]:
    """What of the things asked an event tells."""
    told: dict[str, str] = {}
    if DEVICE in asked or CAMPAIGN in asked:
        context = _decode(event.context)
        told[DEVICE] = _device(context)
        told[CAMPAIGN] = _part(context.campaign, "name") or _campaign_in(event.url)
    if REFERRER in asked:
        found = _HOST.match(event.referrer)
        told[REFERRER] = found[1].casefold() if found else ""
    if VISITOR in asked:
        told[VISITOR] = _visitor(event.name, props)
    return {name: value for name, value in told.items() if value and name in asked}


def _device(context: _Context) -> str:
    """A client's own word, where the names of two systems mean a phone; else what the browser says of itself."""
    told = _part(context.device, "type").casefold()
    if told:
        return "mobile" if told in PHONES else told
    agent = context.user_agent if isinstance(context.user_agent, str) else ""
    if not agent:
        return ""
    return "tablet" if _TABLET.search(agent) else "mobile" if _MOBILE.search(agent) else "desktop"


def _part(value: Any, name: str) -> str:
    told = value.get(name) if isinstance(value, dict) else None
    return told if isinstance(told, str) else ""


def _campaign_in(url: str) -> str:
    """
    >>> _campaign_in("https://shop.example/?utm_source=mail&utm_campaign=Mother%27s+day#top")
    "Mother's day"
    """
    found = _UTM.search(url)
    if found is None:
        return ""
    plain = _ESCAPES.sub(lambda one: bytes.fromhex(one[1].decode()), found[1].replace("+", " ").encode())
    return plain.decode(errors="replace")


def _visitor(name: str, props: Mapping[str, Any]) -> str:
    """New or returning where a client knows it, else nothing: who has not been seen here is not new for that."""
    if name in FIRST_VISITS:
        return NEW
    if isinstance(returning := props.get("returning"), bool):
        return RETURNING if returning else NEW
    for prop in VISIT_NUMBERS:
        number = props.get(prop)
        if isinstance(number, int) and number > 0:
            return NEW if number == 1 else RETURNING
    return ""
