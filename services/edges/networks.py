"""Networks of addresses, read from a setting and looked up in: connections are held to them, and so are requests."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from services.core.errors import SettingError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
HOSTS_KNOWN = 8192
HOST_BITS = 64  # of an IPv6 address: whoever has one has all that begin like it


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


def is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


@lru_cache(HOSTS_KNOWN)
def host_of(address: str) -> str:
    """What one machine can be told by: its IPv4 address, or the first half of its IPv6 one.

    >>> host_of("203.0.113.7"), host_of("::ffff:203.0.113.7"), host_of("2001:db8:85a3:8d3::7")
    ('203.0.113.7', '203.0.113.7', '2001:db8:85a3:8d3::/64')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, HOST_BITS), strict=False))
