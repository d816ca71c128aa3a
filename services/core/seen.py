"""What can be seen of how a visitor came: device, browser, system, country, campaign and referrer.

Ingest reads it once from the user agent, the address and the page (services/ingest/context.py). It travels as one
short text, so that an event costs next to nothing more on the way, and most acts of a session share one.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

BETWEEN = "|"


class Seen(NamedTuple):
    """Each is "" where it is not known. The order is that of the text: what is seldom known comes last."""

    device: str = ""  # desktop, mobile, tablet, tv or other
    browser: str = ""
    os: str = ""
    referrer_class: str = ""  # direct, internal, search, social, email, paid or referral
    country: str = ""  # ISO 3166, two letters
    source: str = ""
    medium: str = ""
    campaign: str = ""
    click_id: str = ""  # its kind (gclid), never the id itself


NOTHING = Seen()

# Each is taken from one event as a whole: the source of one campaign says nothing of the name of another.
_CAMPAIGN = (5, 9)
_GROUPS = ((0, 3), (3, 4), (4, 5), _CAMPAIGN)


def text_of(values: Iterable[str]) -> str:
    """
    >>> text_of(Seen("mobile", "Firefox", "Android", country="AT"))
    'mobile|Firefox|Android||AT'
    """
    return BETWEEN.join(value.replace(BETWEEN, " ") for value in values).rstrip(BETWEEN)


@lru_cache(maxsize=16_384)
def seen_in(text: str) -> Seen:
    """
    >>> seen_in("mobile|Firefox|Android||AT").country
    'AT'
    """
    return Seen(*text.split(BETWEEN)[: len(NOTHING)])


def campaign_of(text: str) -> tuple[str, ...]:
    """
    >>> campaign_of("mobile|Firefox|||AT|mail|email")
    ('mail', 'email', '', '')
    """
    return seen_in(text)[_CAMPAIGN[0] : _CAMPAIGN[1]]


def with_later(first: Seen, later: Seen) -> Seen:
    """What is known already, and what it leaves open as a later event says.

    >>> with_later(Seen(source="mail"), Seen(os="iOS", source="search", campaign="spring"))[2:8]
    ('iOS', '', '', 'mail', '', '')
    """
    values: list[str] = []
    for start, end in _GROUPS:
        values += first[start:end] if any(first[start:end]) else later[start:end]
    return Seen(*values)
