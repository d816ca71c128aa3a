"""Who sent a request, where that is the visitor's own browser: its address, its user agent and its hints."""

from functools import lru_cache
from typing import Final, NamedTuple

from services.ingest.caller import Caller
from services.ingest.device import NO_HINTS, Brand, Hints


class Sender(NamedTuple):
    """What is known of a visitor from the request itself; nothing of a server that sends for others."""

    address: str = ""
    agent: str = ""
    hints: Hints = NO_HINTS


NOBODY: Final = Sender()


def sender_of(caller: Caller) -> Sender:
    """Nobody where a server sends."""
    if not caller.is_browser:
        return NOBODY
    headers = caller.headers
    return Sender(
        caller.address,
        headers.get(b"user-agent", b"").decode("latin-1"),
        _hints(headers[b"sec-ch-ua"], headers.get(b"sec-ch-ua-mobile", b""), headers.get(b"sec-ch-ua-platform", b""))
        if b"sec-ch-ua" in headers
        else NO_HINTS,
    )


@lru_cache(maxsize=1024)
def _hints(brands: bytes, mobile: bytes, platform: bytes) -> Hints:
    """Structured headers (RFC 8941), of which only the strings matter: `"Brave";v="120", "Chromium";v="120"`."""
    names = brands.decode("latin-1").split('"')[1::4]
    return Hints(tuple(Brand(name) for name in names[:8]), mobile == b"?1", platform.decode("latin-1").strip('"'))
