"""Who sent a request, where that is the visitor's own browser: its address, its user agent and its hints."""

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from services.ingest.device import NO_HINTS, Brand, Hints

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Sender(NamedTuple):
    """What is known of a visitor from the request itself; nothing of a server that sends for others."""

    address: str = ""
    agent: str = ""
    hints: Hints = NO_HINTS


NOBODY: Final = Sender()

PEER: Final = b""
"""Among the headers of a request the address it came from: no request can have a header without a name."""


def sender_of(headers: Mapping[bytes, bytes], proxies: Sequence[Network]) -> Sender:
    """Browsers name an origin, or how they fetch; no library of a server does."""
    if b"origin" not in headers and b"sec-fetch-mode" not in headers:
        return NOBODY
    peer = headers.get(PEER, b"").decode()
    return Sender(
        address_of(headers, peer, proxies) if proxies else peer,
        headers.get(b"user-agent", b"").decode("latin-1"),
        _hints(headers[b"sec-ch-ua"], headers.get(b"sec-ch-ua-mobile", b""), headers.get(b"sec-ch-ua-platform", b""))
        if b"sec-ch-ua" in headers
        else NO_HINTS,
    )


def address_of(headers: Mapping[bytes, bytes], peer: str, proxies: Sequence[Network]) -> str:
    """The last address of X-Forwarded-For that no trusted proxy added; the peer's own where it is not trusted."""
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    while _is_in(peer, proxies) and hops:
        peer = hops.pop()
    return peer


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def networks_of(text: str) -> list[Network]:
    """Networks, divided by commas. Raises ValueError with a sentence.

    >>> networks_of("10.0.0.0/8, ::1")
    [IPv4Network('10.0.0.0/8'), IPv6Network('::1/128')]
    """
    try:
        return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise ValueError(
            f"DESIRELINE_TRUSTED_PROXIES: {error}; give networks such as 10.0.0.0/8, or addresses"
        ) from error


@lru_cache(maxsize=1024)
def _hints(brands: bytes, mobile: bytes, platform: bytes) -> Hints:
    """Structured headers (RFC 8941), of which only the strings matter: `"Brave";v="120", "Chromium";v="120"`."""
    names = brands.decode("latin-1").split('"')[1::4]
    return Hints(tuple(Brand(name) for name in names[:8]), mobile == b"?1", platform.decode("latin-1").strip('"'))
