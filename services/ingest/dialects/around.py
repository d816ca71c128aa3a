"""What stands around a call: its context, cleaned, and the end of its record, which many calls have in common.

A page says the same with each of its acts, and a server's library with all it sends: so it is looked up.
"""

from functools import lru_cache
from typing import Annotated, NamedTuple, Protocol

import msgspec
from msgspec import Meta

from services.ingest.context import Told, seen_of
from services.ingest.device import Brand, Hints
from services.ingest.dialects.segment import NOWHERE, PLACE_LETTERS, Page, path_of
from services.ingest.guard import KEY_LETTERS, VALUE_BYTES
from services.ingest.problem import Problem
from services.ingest.robot import is_robot
from services.ingest.sender import NOBODY

CONTEXTS_KNOWN = 4096
KNOWN_BYTES = 2048  # a longer context is read each time: so all that is kept of them stays below 30 MB
PLACES = 20  # that are cleaned in a context by itself

Place = Annotated[str, Meta(max_length=PLACE_LETTERS)] | None
Text = Annotated[str, Meta(max_length=VALUE_BYTES)] | None
Key = Annotated[str, Meta(max_length=KEY_LETTERS)]
Scalar = Text | int | float | bool
Detail = Annotated[dict[Key, Scalar], Meta(max_length=10)]


class _Page(Page, gc=False, forbid_unknown_fields=True):
    path: Place = None
    url: Place = None
    referrer: Place = None
    title: Place = None
    search: Text = None


class _Brand(Brand, frozen=True, gc=False, forbid_unknown_fields=True):
    brand: Annotated[str, Meta(max_length=KEY_LETTERS)] = ""
    version: Annotated[str, Meta(max_length=KEY_LETTERS)] = ""


class _Hints(Hints, frozen=True, gc=False, forbid_unknown_fields=True):
    brands: Annotated[tuple[_Brand, ...], Meta(max_length=4)] = ()
    platform: Annotated[str, Meta(max_length=KEY_LETTERS)] = ""


class _Context(Told, rename="camel", gc=False, forbid_unknown_fields=True):
    page: _Page | None = None
    library: Detail | None = None
    campaign: Detail | None = None
    screen: Detail | None = None
    device: Detail | None = None
    network: Detail | None = None
    os: Detail | None = None
    app: Detail | None = None
    traits: Detail | None = None
    client_ids: Detail | None = None
    ip: Text = None
    locale: Text = None
    timezone: Text = None
    user_agent: Text = None
    user_agent_data: _Hints | None = None


_decode = msgspec.json.Decoder(_Context).decode
_encode = msgspec.json.Encoder().encode


class Scrub(Protocol):
    """Takes from JSON what must not be written anywhere, or raises Problem where that is in more than `most` places."""

    def __call__(self, body: bytes, most: int = 0, /) -> bytes: ...


class Around(NamedTuple):
    """Holds what a context says, and its member of a record."""

    told: Told
    page: Page
    context: bytes


class Parts(NamedTuple):
    """Holds the parts of a record that follow from a context alone."""

    place: bytes
    end: bytes
    tells_agent: bool
    """Else it depends on the sender what is seen."""


class Surroundings:
    """Reads contexts, each once as long as it is known, and without what must not be written anywhere.

    What is looked up is kept small and together: under load, each object more that a lookup touches is a wait.
    """

    def __init__(self, scrub: Scrub) -> None:
        self.scrub = scrub
        self.around_nothing = Around(_Context(), NOWHERE, b"")
        self.nothing = _parts(self.around_nothing)
        self.known: dict[bytes, Parts] = {b"": self.nothing}

    def around(self, context: bytes) -> Around:
        """Raises msgspec.MsgspecError where it is of another shape."""
        clean = self.scrub(context, PLACES if len(context) <= KNOWN_BYTES else 0)
        told = _decode(clean)
        return Around(told, told.page or NOWHERE, b',"context":' + clean)

    def read(self, context: bytes) -> Parts | None:
        """None where a context is of another shape, a robot's, or takes long to clean: that is done for all at once."""
        try:
            around = self.around(context)
        except (msgspec.MsgspecError, Problem):
            return None
        agent = around.told.user_agent
        if agent is not None and is_robot(_encode(agent)[1:-1]):
            return None
        parts = _parts(around)
        if len(context) <= KNOWN_BYTES:
            if len(self.known) >= CONTEXTS_KNOWN:
                self.known.clear()
                self.known[b""] = self.nothing
            self.known[context] = parts
        return parts


def _parts(around: Around) -> Parts:
    told, page, context = around
    seen = seen_of(told, page.url, page.referrer, NOBODY, None)
    return Parts(place_of(page), end_of(context, seen), told.user_agent is not None)


def end_of(context: bytes, seen: str) -> bytes:
    """The last members of a record."""
    return b'%b,"seen":%b}' % (context, _encode(seen)) if seen else context + b"}"


def place_of(page: Page) -> bytes:
    """The members of a record that say where an event happened."""
    return _place(page.path or (page.url and path_of(page.url)) or "", page.url, page.referrer, page.title)


@lru_cache(CONTEXTS_KNOWN)
def _place(*texts: str | None) -> bytes:
    named = zip((b"path", b"url", b"referrer", b"title"), texts, strict=True)
    return b"".join(b',"%b":%b' % (name, _encode(text)) for name, text in named if text)
