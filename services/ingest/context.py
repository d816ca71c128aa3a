"""What of a call's context is read: how the visitor came. Most calls of a visitor say the same, so it is looked up."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from services.core.seen import NOTHING, Seen, seen_in, text_of, with_later
from services.ingest.campaign import LETTERS, campaign_in, campaign_told
from services.ingest.country import Countries
from services.ingest.device import NO_HINTS, Hints, as_told, held
from services.ingest.referrer import referrer_class
from services.ingest.sender import Sender


class Told(msgspec.Struct, rename="camel", gc=False):
    """What a context says that is read here; a dialect may hold it to narrower types."""

    campaign: Any = None
    device: Any = None
    os: Any = None
    ip: str | None = None
    user_agent: str | None = None
    user_agent_data: Hints | None = None


NOTHING_TOLD = Told()
TEXT_LETTERS = 640  # more than all of them have: such texts are remembered, and anybody can make one up


def seen_of(told: Told, url: str | None, referrer: str | None, sender: Sender, countries: Countries | None) -> str:
    """All that is seen of one call, as the text in which it travels."""
    own = told.user_agent
    if own and url and countries is None and told.user_agent_data is told.campaign is told.device is told.os is None:
        return _seen_in_browser(own, url, referrer or "")
    return _seen(
        sender.agent if own is None else own,
        (sender.hints if own is None else NO_HINTS) if told.user_agent_data is None else told.user_agent_data,
        url or "",
        referrer or "",
        "" if countries is None else countries.of(told.ip or sender.address),
        "" if told.device is None else _text(told.device, "type"),
        "" if told.os is None else _text(told.os, "name"),
        NOTHING if told.campaign is None else campaign_told(told.campaign),
    )


def seen_besides(own: str, told: str) -> str:
    """What is seen of a call, and what that leaves open as the request told that it came with first.

    >>> seen_besides("|||search||shop", "mobile|Firefox|Android||AT")
    'mobile|Firefox|Android|search|AT|shop'
    """
    return text_of(Seen(*(value[:LETTERS] for value in with_later(seen_in(own), seen_in(told[:TEXT_LETTERS])))))


@lru_cache(maxsize=4096)
def _seen_in_browser(agent: str, url: str, referrer: str) -> str:
    """What nearly all calls of pages tell: three arguments are looked up in a quarter of the time of eight."""
    return _seen(agent, NO_HINTS, url, referrer, "", "", "", NOTHING)


@lru_cache(maxsize=4096)
def _seen(
    agent: str, hints: Hints, url: str, referrer: str, country: str, device: str, system: str, campaign: Seen
) -> str:
    """Eight plain arguments rather than one object of them: they are the key under which the answer is looked up."""
    hand = held(agent, hints) if agent or hints.platform else NOTHING
    app = as_told(device, system) if device or system else NOTHING
    came = campaign_in(url)
    if any(campaign):
        came = campaign._replace(click_id=came.click_id)
    return text_of(
        came._replace(
            device=app.device or hand.device,
            browser=hand.browser,
            os=app.os or hand.os,
            referrer_class=referrer_class(url, referrer, came),
            country=country,
        )
    )


def _text(told: object, name: str) -> str:
    value = told.get(name) if isinstance(told, Mapping) else None
    return value if isinstance(value, str) else ""
