"""Addresses, cut to the network they are in before anything is written: what is kept leads to no household."""

import ipaddress
from functools import lru_cache
from typing import Final

import re2

from services.ingest.body import too_large

IPV4_BITS, IPV6_BITS = 24, 48

_latin1 = re2.Options()
_latin1.encoding = re2.Options.Encoding.LATIN1
# A member of an object whose name ends like that of an address, and whose value begins like one.
MEMBER: Final = rb'(?i:ip|addr|address|forwarded[_-]?for)"\s*:\s*"[0-9a-fA-F]*[.:][^"\\]*"'
_MEMBER: Final = re2.compile(MEMBER, _latin1)


@lru_cache(maxsize=4096)
def truncated(text: str) -> str:
    """An address without its last part, a list of them each so; any other text as it is.

    >>> truncated("203.0.113.77"), truncated("2001:db8:85a3:8d3:1319:8a2e:370:7348")
    ('203.0.113.0', '2001:db8:85a3::')
    >>> truncated("203.0.113.77, 10.1.2.3"), truncated("1.4 km")
    ('203.0.113.0, 10.1.2.0', '1.4 km')
    """
    if "," in text:
        return ", ".join(truncated(part.strip()) for part in text.split(","))
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = IPV4_BITS if address.version == 4 else IPV6_BITS
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)


def truncate_addresses(body: bytes, most: int) -> bytes:
    """JSON in which each member named like an address holds a truncated one. Raises Problem beyond `most` of them.

    >>> truncate_addresses(b'{"ip": "203.0.113.77", "version": "1.2.3.4"}', 9)
    b'{"ip": "203.0.113.0", "version": "1.2.3.4"}'
    """
    pieces: list[bytes] = []
    done = 0
    while found := _MEMBER.search(body, done):
        if len(pieces) >= 2 * most:
            raise too_large(f"there are more than {most} network addresses")
        end = found.end() - 1
        start = body.rindex(b'"', 0, end) + 1
        pieces += [body[done:start], truncated(body[start:end].decode("latin-1")).encode("latin-1")]
        done = end
    return b"".join([*pieces, body[done:]]) if pieces else body
