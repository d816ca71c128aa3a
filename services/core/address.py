"""Where a script or a request comes from: the site itself, or a third party that counts only when named.

A client tells its own site's addresses without a host, or says `own`; all others are third parties, of which
many fail unnoticed (half of all visitors block some).
"""

import re

from services.core.act import Act

_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:]+)", re.IGNORECASE)
_VARYING = re.compile(r"(?<=/)(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,})(?=/|$)", re.IGNORECASE)


def host_of(address: str) -> str:
    """The host of an address in small letters, "" where it has none.

    >>> host_of("https://api.shop.example:8443/cart?x=1")
    'api.shop.example'
    >>> host_of("/cart")
    ''
    """
    found = _HOST.match(address)
    return found[1].casefold() if found else ""


def path_of(address: str) -> str:
    """The path without query, with a * for each part that is a number or an id.

    >>> path_of("https://api.shop.example/orders/4711/lines?page=2")
    '/orders/*/lines'
    """
    found = _HOST.match(address)
    bare = re.split(r"[?#]", address[found.end() :] if found else address, maxsplit=1)[0]
    return _VARYING.sub("*", re.sub(r"^:\d+", "", bare))


def counts(act: Act, host: str, named: tuple[str, ...]) -> bool:
    """Whether trouble at a host is the site's own, or of a third party named (with the hosts below it)."""
    own = act.props.get("own") if act.props else None
    if isinstance(own, bool) and (own or not host):
        return own
    return not host or any(host == one or host.endswith(f".{one}") for one in named)
