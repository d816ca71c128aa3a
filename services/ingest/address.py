"""The address that a request came from, past the proxies that are trusted, and the network it is held to."""

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache

from services.edges.networks import Network, is_in

NETWORKS_KNOWN = 8192


def address_of(headers: Mapping[bytes, bytes], peer: str, proxies: Sequence[Network]) -> str:
    """The last address of X-Forwarded-For that no trusted proxy added; the peer's own where it is not trusted."""
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    while is_in(peer, proxies) and hops:
        peer = hops.pop()
    return peer


@lru_cache(NETWORKS_KNOWN)
def network_of(address: str) -> str:
    """The network of a public address, to which its limits are held; empty for others.

    A private address is a proxy's or a neighbour's, behind which any number of visitors may be.

    >>> network_of("93.184.216.34"), network_of("2606:2800:220:1::9"), network_of("10.0.0.7")
    ('93.184.216.0/24', '2606:2800:220::/48', '')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if not parsed.is_global:
        return ""
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
