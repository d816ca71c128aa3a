"""The address that a request came from, past the proxies that are trusted, and the network it is held to."""

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from services.core.errors import SettingError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

NETWORKS_KNOWN = 8192


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
    """Networks, divided by commas. Raises SettingError.

    >>> networks_of("10.0.0.0/8, ::1")
    [IPv4Network('10.0.0.0/8'), IPv6Network('::1/128')]
    """
    try:
        return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise SettingError(
            f"DESIRELINE_TRUSTED_PROXIES: {error}; give networks such as 10.0.0.0/8, or addresses"
        ) from error


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
