"""Who sends: the key, from wherever a client puts it, and what it may do; and from where it came."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Scope

from services.core.key import Key, Kind, Right
from services.edges.keyring import Keyring
from services.ingest.problem import Problem
from services.ingest.refusal import Reason

HOW = "send a write key (wk_…) as the user of Basic authentication, as Bearer, as X-Write-Key or as `writeKey`"
NETWORKS_KNOWN = 8192

Headers = Mapping[bytes, bytes]
Query = Mapping[str, str]


class Caller(NamedTuple):
    """Says what a request tells of its sender beside its body."""

    headers: Headers
    query: Query
    address: str
    """As the socket says, or a proxy that is trusted; empty where there is none."""

    @property
    def origin(self) -> str:
        """Of the page that sends; empty for a server, which has none."""
        return self.headers.get(b"origin", b"").decode("latin-1")

    @property
    def is_browser(self) -> bool:
        """Only browsers say these, and no page can keep them from it."""
        return b"origin" in self.headers or b"sec-fetch-mode" in self.headers


def caller_of(scope: Scope) -> Caller:
    query = scope["query_string"]
    client = scope.get("client")
    return Caller(
        dict(scope["headers"]), dict(parse_qsl(query.decode("latin-1"))) if query else {}, client[0] if client else ""
    )


@lru_cache(NETWORKS_KNOWN)
def network_of(address: str) -> str:
    """The network of a public address, to which its limits are held; empty for others.

    A private address is a proxy's or a neighbour's, behind which any number of visitors may be.

    >>> network_of("93.184.216.34"), network_of("2606:2800:220:1::9"), network_of("10.0.0.7")
    ('93.184.216.0/24', '2606:2800:220::/48', '')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if not parsed.is_global:
        return ""
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))


def admit(keyring: Keyring, headers: Headers, in_body: str | None) -> Key:
    """The write key of this request. A header goes before the body."""
    presented = _in_headers(headers) or in_body
    if not presented:
        raise Problem(401, Reason.KEY, "there is no key", remedy=HOW, pointer="/writeKey")
    key = keyring.find(presented)
    if key is None:
        raise Problem(401, Reason.KEY, "the key is unknown", remedy=HOW, pointer="/writeKey")
    if key.kind is not Kind.WRITE:
        raise Problem(403, Reason.KEY, f"a {key.kind} key may not send events", remedy=HOW, pointer="/writeKey")
    return key


def admit_history(key: Key) -> None:
    if not key.may(Right.HISTORICAL):
        remedy = f"create a write key with the right `{Right.HISTORICAL}` for imports"
        raise Problem(403, Reason.KEY, "this key may not send history", remedy=remedy, pointer="/historical")


def _in_headers(headers: Headers) -> str:
    scheme, _, credentials = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        return _basic_user(credentials)
    # Jitsu's clients write the key and a secret, joined by a colon; a public key needs none.
    return headers.get(b"x-write-key", b"").decode("latin-1").partition(":")[0]


def _basic_user(credentials: str) -> str:
    """The user before the colon; some clients forget the colon."""
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Problem(401, Reason.KEY, "the Authorization header is not Base64", remedy=HOW) from error
