"""What becomes of visitors who ask not to be watched: nothing is kept of them, or nothing that leads to them.

They say so by a header of their browser (`Sec-GPC`, `DNT`), for all that it sends; or by the context of a call: with
`gpc` or `dnt`, where a server sends for them, or with the categories to which they consented, as Segment's clients do.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from services.core.event import EMPTY_OBJECT, Event
from services.core.seen import seen_in, text_of
from services.core.terms import Asked, Terms
from services.ingest.pseudonym import Pseudonyms, without_ids
from services.ingest.query_string import CLICK_IDS
from services.ingest.sender import Sender

KEPT: Final = frozenset({"page", "library", "campaign"})
"""Of a context. All else is about a person or their device: of those the columns of `seen` say all that is kept."""

PERSONAL: Final = frozenset({*CLICK_IDS, "$set", "$set_once", "$raw_user_agent", "userAgent", "email", "phone"})
"""Members of properties that are left out, beside those that name somebody."""

_SIGNS: Final = (b'"gpc"', b'"dnt"', b'"consent"')
_YES: Final = frozenset({"1", "yes", "true"})
_CLICK_IDS: Final = re.compile(rf"([?&#])(?:(?:{'|'.join(CLICK_IDS)})(?:&|(?=[\"#\s]|$)))+")


class _Consent(msgspec.Struct, rename="camel", gc=False):
    category_preferences: dict[str, Any] = {}


class _Context(msgspec.Struct, gc=False):
    gpc: Any = None
    dnt: Any = None
    consent: Any = None


_decode_context = msgspec.json.Decoder(_Context).decode
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def asked_by_headers(headers: Mapping[bytes, bytes], terms: Terms) -> tuple[Asked, str]:
    """What becomes of all that this browser sends, and what it said."""
    if not terms.honour_wishes:
        return Asked.IGNORE, ""
    for name, said, manner in (("Sec-GPC", b"sec-gpc", terms.gpc), ("DNT", b"dnt", terms.dnt)):
        if manner is not Asked.IGNORE and headers.get(said) == b"1":
            return manner, f"the browser sends {name}: 1"
    return Asked.IGNORE, ""


def may_be_asked(body: bytes, terms: Terms) -> bool:
    """Whether any call of a body may ask for something that the terms honour: one look at the whole."""
    return terms.honour_wishes and any(sign in body for sign in _SIGNS)


def asked_by_call(context: msgspec.Raw, terms: Terms) -> Asked:
    """What becomes of one call: the strictest of what it asks for."""
    said = _decode_context(context)
    manners = {terms.gpc if _is_yes(said.gpc) else Asked.IGNORE, terms.dnt if _is_yes(said.dnt) else Asked.IGNORE}
    manners |= {manner for category, manner in terms.consent.items() if _is_denied(said.consent, category)}
    return next((manner for manner in (Asked.DROP, Asked.ANONYMOUS) if manner in manners), Asked.IGNORE)


def heed(events: Sequence[Event], terms: Terms, whole: Asked, anonymise: Callable[[Event], Event]) -> list[Event]:
    """What is left of the events of a request, of which as a `whole` is asked what its headers say."""
    heeded = []
    for event in events:
        manner = asked_by_call(event.context, terms)
        if manner is not Asked.DROP:
            heeded.append(anonymise(event) if Asked.ANONYMOUS in (whole, manner) else event)
    return heeded


def may_be_kept(item: bytes, headers: Mapping[bytes, bytes], terms: Terms) -> bool:
    """Whether the bytes of a call that is refused may be: not where anything in them may ask us not to."""
    return asked_by_headers(headers, terms)[0] is Asked.IGNORE and not may_be_asked(item, terms)


def anonymous(event: Event, name: Pseudonyms, sender: Sender) -> Event:
    """The event with a visitor's name for a day, no user, no click ids, and of where it came from the country only."""
    visitor, _ = name(event.received_at, sender, event.visitor, event.user)
    speaks_of_person = event.type in ("identify", "group", "alias")
    return msgspec.structs.replace(
        event,
        visitor=visitor,
        user="",
        url=without_click_ids(event.url),
        referrer=without_click_ids(event.referrer),
        props=EMPTY_OBJECT if speaks_of_person else _impersonal(without_ids(event.props)),
        context=_around(event.context),
        seen=text_of(seen_in(event.seen)._replace(click_id="")),
    )


def without_click_ids(text: str) -> str:
    """
    >>> without_click_ids("https://x.example/?gclid&page=2&fbclid"), without_click_ids("/a?fbclid&gclid")
    ('https://x.example/?page=2', '/a')
    """
    return _CLICK_IDS.sub(lambda found: found[1] if found[0].endswith("&") else "", text)


def _impersonal(props: msgspec.Raw) -> msgspec.Raw:
    members = _decode_object(without_click_ids(bytes(props).decode()))
    return msgspec.Raw(_encode({name: value for name, value in members.items() if name not in PERSONAL}))


def _around(context: msgspec.Raw) -> msgspec.Raw:
    members = _decode_object(without_click_ids(bytes(context).decode()))
    return msgspec.Raw(_encode({name: value for name, value in members.items() if name in KEPT}))


def _is_yes(said: Any) -> bool:
    return said is True or str(said).lower() in _YES


def _is_denied(consent: Any, category: str) -> bool:
    try:
        preferences = msgspec.convert(consent or {}, _Consent).category_preferences
    except msgspec.ValidationError:
        return False  # what is called `consent` there may be anything
    return preferences.get(category) is False
