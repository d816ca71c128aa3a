"""Requests that leave the house: never to an address inside it, unless that is allowed, and never for long.

A name is resolved once, every address it has is checked, and the connection goes to what was checked: a name that
means something else a moment later (DNS rebinding) changes nothing. Redirects are not followed.
"""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from services.edges.allowed import Allowed, NotAllowed, Resolver, is_network, refuse

SECONDS = 5.0
CONNECTING = 0.6
"""Of these, for the name, the connection and TLS: whom that takes longer has been sent nothing."""
MOST_BYTES = 64 * 1024
MOST_SAID = 200
"""Characters of an answer that are kept."""
SECRET_FROM = 6
"""Characters of a piece of an address that may be its secret."""
LONGEST_WAIT = 86_400.0
"""Seconds that a receiver can ask for: what could not be told for a day is no news."""


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


class Outgoing:
    """Posts to addresses that operators gave. Errors name the host and never the rest of the URL, which is secret."""

    def __init__(self, allowed: Allowed, seconds: float = SECONDS) -> None:
        self._allowed = allowed
        self._resolver = Resolver(allowed)
        self._seconds = seconds

    @property
    def busy(self) -> bool:
        """Is a thread waiting for a name server?"""
        return self._resolver.busy

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once. Raises NotAllowed, NotReached or NobodyKnows."""
        host = self._checked_host(url)
        connector = aiohttp.TCPConnector(resolver=self._resolver, use_dns_cache=False, force_close=True)
        connecting = self._seconds * CONNECTING
        timeout = aiohttp.ClientTimeout(total=self._seconds, connect=connecting)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
                session.post(url, data=body, headers=dict(headers), allow_redirects=False) as response,
            ):
                return await _answer(response, url)
        except aiohttp.ConnectionTimeoutError:
            raise NotReached(f"{host} could not be reached within {connecting:g} s.") from None
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
        # As aiohttp reads it, and not otherwise: it takes other letters and digits for those they look like.
        try:
            parts = URL(url)
        except ValueError:
            raise NotAllowed("What stands as the address is none that requests can go to.") from None
        host = parts.host or ""
        if parts.scheme != "https" and not (parts.scheme == "http" and self._allowed.names_host(host)):
            raise NotAllowed(
                f"Alerts go over https. If plain http to {host} is meant, name it in DESIRELINE_OUTGOING_ALLOWED."
            )
        if is_network(host):  # the resolver is not asked for these
            refuse(self._allowed, host, host)
        return host


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
    answer = Answer(response.status, "", _wait(response.headers.get("Retry-After", "")))
    if answer.is_taken:
        return answer  # not heard out: what ends badly from here on would be sent again
    if 300 <= response.status < 400:
        return answer._replace(body="it answered with a redirect, and redirects are not followed")
    said = (await response.content.read(MOST_BYTES)).decode(errors="replace")
    return answer._replace(body=_without_address(said, url)[:MOST_SAID])


def _wait(told: str) -> float:
    """Seconds; it may name a moment instead (RFC 9110, 10.2.3).

    >>> _wait("30"), _wait("Wed, 21 Oct 2015 07:28:00 GMT"), _wait("9" * 400), _wait("soon")
    (30.0, 0.0, 86400.0, 0.0)
    """
    try:
        seconds = float(told) if told.isdecimal() else parsedate_to_datetime(told).timestamp() - time.time()
    except ValueError:
        return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT)
