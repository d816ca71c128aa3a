"""Where a visitor came from, as a class. No living package keeps such a list, so that these names are our own."""

import re
from functools import lru_cache
from typing import Final

from services.core.seen import Seen

SEARCH: Final = frozenset({
    *("google", "bing", "duckduckgo", "yahoo", "ecosia", "baidu", "yandex", "startpage", "qwant", "naver", "seznam"),
    *("daum", "sogou", "so", "brave", "kagi", "ask", "aol", "mojeek", "swisscows", "perplexity", "lilo", "presearch"),
})  # fmt: skip
"""The name before the last part of the host: google.de and google.co.uk are one."""

SOCIAL: Final = frozenset({
    *("facebook", "instagram", "twitter", "x", "t", "linkedin", "lnkd", "pinterest", "reddit", "youtube", "tiktok"),
    *("snapchat", "whatsapp", "telegram", "threads", "bsky", "xing", "vk", "weibo", "tumblr", "quora", "discord"),
    *("mastodon", "youtu", "fb", "messenger", "twitch"),
})  # fmt: skip

MAIL: Final = re.compile(r"(?:^|\.)(?:mail|webmail|outlook|email)\.|^com\.google\.android\.gm$")
PAID_MEDIUM: Final = re.compile(r"cpc|ppc|cpm|cpv|cpa|retargeting|display|banner|paid.*|.*[-_ ]ads?", re.IGNORECASE)
MAIL_MEDIUM: Final = re.compile(r"e-?mail|newsletter", re.IGNORECASE)
SOCIAL_MEDIUM: Final = re.compile(r"social.*|sm", re.IGNORECASE)

PAID_CLICKS: Final = frozenset({"gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "rdt_cid", "sccid", "yclid"})
SOCIAL_CLICKS: Final = frozenset({"fbclid", "twclid", "li_fat_id", "epik"})

# Of a host with a second part that is no name of its own (co.uk, com.au) the name stands before that.
_NAME: Final = re.compile(r"([a-z0-9-]+)\.(?:(?:com?|org|net)\.[a-z]{2}|[a-z]{2,})$")
_HOST: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:]+)", re.IGNORECASE)
# Such names are short ones of other hosts too.
_WHOLE: Final = {"t": "t.co", "x": "x.com", "so": "so.com", "fb": "fb.com", "brave": "search.brave.com"}


def referrer_class(url: str, referrer: str, came: Seen) -> str:
    """The class of a page's referrer, "" where not even the page is known. What a campaign says of itself goes before.

    >>> referrer_class("https://shop.example/", "https://www.google.co.uk/", Seen())
    'search'
    """
    if came.click_id in PAID_CLICKS or PAID_MEDIUM.fullmatch(came.medium):
        return "paid"
    if MAIL_MEDIUM.fullmatch(came.medium):
        return "email"
    if came.click_id in SOCIAL_CLICKS or SOCIAL_MEDIUM.fullmatch(came.medium):
        return "social"
    if not referrer:
        return "direct" if url else ""
    here, there = host_of(url), host_of(referrer)
    if there and (there == here or there.endswith(f".{here}") or here.endswith(f".{there}")):
        return "internal"
    return _class_of_host(there) if there else ""


def host_of(url: str) -> str:
    found = _HOST.match(url)
    return found[1].casefold().removeprefix("www.") if found else ""


@lru_cache(maxsize=4096)
def _class_of_host(host: str) -> str:
    if MAIL.search(host):
        return "email"
    found = _NAME.search(host)
    name = found[1] if found else host
    if name in _WHOLE and host != _WHOLE[name]:
        return "referral"
    return "search" if name in SEARCH else "social" if name in SOCIAL else "referral"
