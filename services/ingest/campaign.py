"""Which campaign brought a visitor: what the client says of it, else the parameters of the address."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from services.core.seen import Seen
from services.ingest.query_string import CLICK_IDS

LETTERS = 128


def campaign_in(url: str) -> Seen:
    """
    >>> campaign_in("https://shop.example/?utm_source=mail&utm_medium=email&gclid#top")[5:]
    ('mail', 'email', '', 'gclid')
    """
    if "utm_" not in url and "cl" not in url and "_" not in url:
        return Seen()
    try:
        told = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return Seen()
    return Seen(
        source=told.get("utm_source", "")[:LETTERS],
        medium=told.get("utm_medium", "")[:LETTERS],
        campaign=told.get("utm_campaign", "")[:LETTERS],
        click_id=next((name for name in CLICK_IDS if name in told), ""),
    )


def campaign_told(told: object) -> Seen:
    """Segment's `context.campaign`, and what PostHog's clients call the name."""
    return Seen(
        source=_text(told, "source"),
        medium=_text(told, "medium"),
        campaign=_text(told, "name") or _text(told, "campaign"),
    )


def _text(told: object, name: str) -> str:
    value = told.get(name) if isinstance(told, Mapping) else None
    return value[:LETTERS] if isinstance(value, str) else ""
