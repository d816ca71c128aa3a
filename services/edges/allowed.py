"""Which addresses requests that leave the house may go to, and the resolver that holds them to it."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

TRANSLATED = IPv6Network("64:ff9b::/96")
"""An IPv4 address in IPv6's clothes (RFC 6052): the last 32 bits say where it leads."""
MOST_NAMES = 16
"""Looked up at a time."""

Found: TypeAlias = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]]


class NotAllowed(Exception):
    """The address is one that requests may not go to."""


class Allowed:
    """Knows what is allowed although it is private: names of hosts, addresses and networks, comma-separated."""

    def __init__(self, told: str = "") -> None:
        parts = {part.strip().lower() for part in told.split(",") if part.strip()}
        self.networks = [ip_network(part, strict=False) for part in parts if is_network(part)]
        self.names = {part for part in parts if not is_network(part)}

    def allows(self, host: str, address: str) -> bool:
        """Whether a request for the host may go to this address of it."""
        found = ip_address(address.partition("%")[0])
        meant = _meant(found)
        inside = any(found in network or meant in network for network in self.networks)
        return host.lower() in self.names or inside or (meant.is_global and not meant.is_multicast)

    def names_host(self, host: str) -> bool:
        """Whether the host itself was named, or the address that it is."""
        named = is_network(host) and any(ip_address(host) in network for network in self.networks)
        return named or host.lower() in self.names


def is_network(text: str) -> bool:
    """Whether it is an address or a network rather than a name."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def refuse(allowed: Allowed, host: str, address: str) -> None:
    """Raises NotAllowed with what to do."""
    if not allowed.allows(host, address):
        raise NotAllowed(
            f"{host} leads to {address}, which is private or not for us. If it is meant, name {host} in "
            "DESIRELINE_OUTGOING_ALLOWED."
        )


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address may stand for."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    tunnelled = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or tunnelled or address


class Resolver(AbstractResolver):
    """Answers with addresses that were checked, and refuses a name with any that must not be reached.

    On threads of its own, a name on one at a time: with a dead name server a look-up lasts longer than anybody waits
    for it, and of the loop's own threads none would be left for the rest of the house.
    """

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._threads = ThreadPoolExecutor(MOST_NAMES, thread_name_prefix="resolver")
        self._asked: dict[tuple[str, int, int], asyncio.Future[Found]] = {}

    @property
    def busy(self) -> bool:
        """Is a thread waiting for a name server?"""
        return bool(self._asked)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._look_up(host, port, family)
        for *_, place in found:
            refuse(self._allowed, host, str(place[0]))
        return [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, place in found
        ]

    async def _look_up(self, host: str, port: int, family: int) -> Found:
        key = host, port, family
        asked = self._asked.get(key)
        if asked is None:

            def ask() -> Found:
                return list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))

            asked = self._asked[key] = asyncio.get_running_loop().run_in_executor(self._threads, ask)
            asked.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asked)

    def _answered(self, key: tuple[str, int, int], done: asyncio.Future[Found]) -> None:
        del self._asked[key]
        done.exception()  # seen, though whoever asked may wait no more

    async def close(self) -> None:
        """Nothing is open."""
