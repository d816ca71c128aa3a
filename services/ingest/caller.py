"""Who sends: the key, from wherever a client puts it, and what it may do; and from where it came."""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Scope

from services.core.key import Key, Kind, Right
from services.edges.keyring import Keyring
from services.edges.networks import Network
from services.ingest.address import address_of
from services.ingest.problem import Problem
from services.ingest.refusal import Reason

HOW = "send a write key (wk_…) as the user of Basic authentication, as Bearer, as X-Write-Key or as `writeKey`"

Headers = Mapping[bytes, bytes]
Query = Mapping[str, str]


class Caller(NamedTuple):
    """Says what a request tells of its sender beside its body."""

    headers: Headers
    query: Query
    address: str
    """As the socket says, or the proxies that are trusted; empty where there is none."""

    @property
    def origin(self) -> str:
        """Of the page that sends; empty for a server, which has none."""
        return self.headers.get(b"origin", b"").decode("latin-1")

    @property
    def is_browser(self) -> bool:
        """Only browsers say these, and no page can keep them from it."""
        return b"origin" in self.headers or b"sec-fetch-mode" in self.headers


def caller_of(scope: Scope, proxies: Sequence[Network]) -> Caller:
    client = scope.get("client")
    return caller_by(scope["headers"], scope["query_string"], client[0] if client else "", proxies)


def caller_by(
    raw_headers: Sequence[tuple[bytes, bytes]], query: bytes, peer: str, proxies: Sequence[Network]
) -> Caller:
    headers = dict(raw_headers)
    return Caller(
        headers,
        dict(parse_qsl(query.decode("latin-1"))) if query else {},
        address_of(headers, peer, proxies) if proxies else peer,
    )


def admit(keyring: Keyring, headers: Headers, in_body: str | None) -> Key:
    """The write key of this request. A header goes before the body."""
    presented = key_in(headers) or in_body
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


def key_in(headers: Headers) -> str:
    """The key that the headers present, "" where they present none."""
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
