"""What of an address's query is kept: parameters on a list. Any other may be a name, a token, or what a form held."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import unquote_plus

from services.ingest.body import too_large

CAMPAIGN = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"})
"""Always kept: the campaign of a visit is read from them."""

CLICK_IDS = (
    *("gclid", "gbraid", "wbraid", "dclid", "msclkid", "fbclid", "ttclid", "twclid", "li_fat_id", "epik"),
    *("rdt_cid", "sccid", "yclid", "irclickid"),
)
"""These name one click of one person, so of them only the name is kept: that there was one, and whose."""

USUAL = frozenset({
    *("page", "p", "tab", "step", "view", "sort", "order", "category", "cat", "filter", "lang", "locale", "currency"),
    *("variant", "size", "color", "sku", "product_id", "q", "query", "search", "s", "ref"),
})  # fmt: skip
"""Kept where no other list is configured."""

Keep = Callable[[bytes], bytes]

_REST = rb'((?:[^"\\\s#]++|\\[^u]|\\u[0-9a-fA-F]{4})++)'  # of a JSON string: an escaped character stays whole
_QUERY = re.compile(rb"\?" + _REST)
_FRAGMENT = re.compile(rb"#(?=[\w.-]+=)" + _REST)
_AND = re.compile(rb"&amp;|\\u0026|[&;]")
_HEAD_BYTES = 2048
DEAR_PARTS = 20_000
"""Each part of a query is looked at, so that a body full of them would take a second."""


class QueryStrings:
    """Leaves of every query within a JSON text what is on a list."""

    def __init__(self, names: Iterable[str] = USUAL) -> None:
        self._kept = CAMPAIGN | {name.casefold() for name in names}
        self._rest = lru_cache(maxsize=4096)(self._rest_of)

    def __call__(self, body: bytes) -> bytes:
        r"""
        >>> QueryStrings()(rb'{"url": "https://x.example/a?page=2&email=jane%40x.example&gclid=Cj0"}')
        b'{"url": "https://x.example/a?page=2&gclid"}'
        """
        if b"?" in body:
            if body.count(b"&") + body.count(b";") > DEAR_PARTS:
                raise too_large(f"there are more than {DEAR_PARTS} signs that divide a query")
            body = _QUERY.sub(self._of_query, body)
        if b"#" in body:
            body = _FRAGMENT.sub(lambda found: self._rest(b"#", found[1]), body)
        return body

    def _of_query(self, found: re.Match[bytes]) -> bytes:
        query = found[1]
        if b"=" not in query and not _is_address(found.string[max(0, found.start() - _HEAD_BYTES) : found.start()]):
            return found[0]
        return self._rest(b"?", query)

    def _rest_of(self, mark: bytes, query: bytes) -> bytes:
        kept = [part for part in map(self._part, _AND.split(query)) if part]
        return mark + b"&".join(kept) if kept else b""

    def _part(self, part: bytes) -> bytes:
        name, _, _ = part.replace(rb"\u003d", b"=").replace(rb"\u003D", b"=").partition(b"=")
        plain = unquote_plus(name.decode(errors="replace")).casefold()
        return part if plain in self._kept else plain.encode() if plain in CLICK_IDS else b""


def _is_address(head: bytes) -> bool:
    """Whether what stands before a question mark is an address, or nothing at all; and no sentence."""
    word = head.rpartition(b'"')[2]
    return not word or (b"/" in (word.split() or [b""])[-1] and not word[-1:].isspace())
