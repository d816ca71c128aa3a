"""Requests that leave the house: never to an address inside it, unless that is allowed, and never for long.

A name is resolved once, every address it has is checked, and the connection goes to what was checked: a name that
means something else a moment later (DNS rebinding) changes nothing. Redirects are not followed.
"""

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

SECONDS = 5.0
MOST_BYTES = 64 * 1024
MOST_SAID = 200
"""Characters of an answer that are kept."""
SECRET_FROM = 6
"""Characters of a piece of an address that may be its secret."""
TRANSLATED = IPv6Network("64:ff9b::/96")
"""An IPv4 address in IPv6's clothes (RFC 6052): the last 32 bits say where it leads."""


class NotAllowed(Exception):
    """The address is one that requests may not go to."""


class NotReached(Exception):
    """Nobody took the request: it is safe to send it again."""


class NobodyKnows(Exception):
    """The request went out and no answer came: it may have been taken."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: str
    retry_after: float  # seconds, 0 where not told

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_final(self) -> bool:
        """Whether the same request will never be taken: what is wrong is the request or its address, not the moment."""
        return 400 <= self.status < 500 and self.status not in {408, 425, 429}


class Allowed:
    """Knows what is allowed although it is private: names of hosts, addresses and networks, comma-separated."""

    def __init__(self, told: str = "") -> None:
        parts = {part.strip().lower() for part in told.split(",") if part.strip()}
        self.networks = [ip_network(part, strict=False) for part in parts if _is_network(part)]
        self.names = {part for part in parts if not _is_network(part)}

    def allows(self, host: str, address: str) -> bool:
        """Whether a request for the host may go to this address of it."""
        found = ip_address(address.partition("%")[0])
        meant = _meant(found)
        inside = any(found in network or meant in network for network in self.networks)
        return host.lower() in self.names or inside or (meant.is_global and not meant.is_multicast)


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address may stand for."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    tunnelled = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or tunnelled or address


class Resolver(AbstractResolver):
    """Answers with addresses that were checked, and refuses a name with any that must not be reached."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
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

    async def close(self) -> None:
        """Nothing is open."""


def refuse(allowed: Allowed, host: str, address: str) -> None:
    """Raises NotAllowed with what to do."""
    if not allowed.allows(host, address):
        raise NotAllowed(
            f"{host} leads to {address}, which is private or not for us. If it is meant, name {host} in "
            "DESIRELINE_OUTGOING_ALLOWED."
        )


class Outgoing:
    """Posts to addresses that operators gave. Errors name the host and never the rest of the URL, which is secret."""

    def __init__(self, allowed: Allowed, seconds: float = SECONDS) -> None:
        self._allowed = allowed
        self._seconds = seconds

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once. Raises NotAllowed, NotReached or NobodyKnows."""
        host = self._checked_host(url)
        connector = aiohttp.TCPConnector(resolver=Resolver(self._allowed), use_dns_cache=False, force_close=True)
        timeout = aiohttp.ClientTimeout(total=self._seconds)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
                session.post(url, data=body, headers=dict(headers), allow_redirects=False) as response,
            ):
                return await _answer(response, url)
        except aiohttp.ClientConnectionError as error:
            if isinstance(error, aiohttp.ClientConnectorError):
                raise NotReached(
                    f"{host} could not be reached: {error.strerror or type(error.os_error).__name__}."
                ) from None
            raise NobodyKnows(f"{host} ended the connection without an answer.") from None
        except TimeoutError:
            raise NobodyKnows(f"{host} gave no answer within {self._seconds:g} s.") from None
        except aiohttp.InvalidURL:
            raise NotAllowed(f"{host} is no address that requests can go to.") from None
        except aiohttp.ClientError as error:
            raise NobodyKnows(f"{host} did not answer as HTTP does: {type(error).__name__}.") from None

    def _checked_host(self, url: str) -> str:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and not (parts.scheme == "http" and self._is_named(host)):
            raise NotAllowed(
                f"Alerts go over https. If plain http to {host} is meant, name it in DESIRELINE_OUTGOING_ALLOWED."
            )
        if _is_network(host):  # the resolver is not asked for these
            refuse(self._allowed, host, host)
        return host

    def _is_named(self, host: str) -> bool:
        named = _is_network(host) and any(ip_address(host) in network for network in self._allowed.networks)
        return named or host.lower() in self._allowed.names


def _without_address(said: str, url: str) -> str:
    """What a receiver said, where it repeats the secret it was asked by, as many do of a path they do not know.

    >>> _without_address("Cannot POST /services/T0/verysecret", "https://a.example/services/T0/verysecret?k=hush")
    'Cannot POST /…/T0/…'
    """
    parts = urlsplit(url)
    pieces = [url, *parts.path.split("/"), *parts.query.replace("&", "=").split("=")]
    for piece in sorted(pieces, key=len, reverse=True):
        if len(piece) >= SECRET_FROM:
            said = said.replace(piece, "…")
    return said


async def _answer(response: aiohttp.ClientResponse, url: str) -> Answer:
    said = (await response.content.read(MOST_BYTES)).decode(errors="replace")
    body = _without_address(said, url)[:MOST_SAID]
    if 300 <= response.status < 400:
        body = "it answered with a redirect, and redirects are not followed"
    told = response.headers.get("Retry-After", "")
    return Answer(response.status, body, float(told) if told.isdecimal() else 0.0)
