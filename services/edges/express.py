"""Requests that come whole, taken many at a time and without a task, a scope or messages for each.

Those are most of what a small request costs (docs/benchmarks.md). Whatever is unusual in a request, or still on its
way, goes uvicorn's way, from the very bytes that came: nothing here answers for it.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

HEAD_BYTES: Final = 2048  # longer ones are read each time, so that those remembered stay below some 20 MB
HEADS_KNOWN: Final = 2048
TOGETHER_BYTES: Final = 256 * 1024  # as much as a processor's own memory holds
BEGINNING: Final = b"POST "
END: Final = b"\r\n\r\n"
# Clients differ in few headers from one request to the next but for this one.
_LENGTH: Final = re.compile(rb"\r\ncontent-length: ([0-9]{1,7})\r\n", re.IGNORECASE)
_ITS_OWN_WAY: Final = frozenset({b"expect", b"transfer-encoding", b"upgrade"})

RawHeaders = Sequence[tuple[bytes, bytes]]
About = TypeVar("About")


class Head(NamedTuple):
    """Holds what a request says before its body, but for how long that is."""

    path: str
    query: bytes
    headers: RawHeaders
    peer: str


class Carrier(Protocol):
    """Carries one whole request at a time: a connection."""

    def answer_whole(self, answer: "Prepared") -> None: ...
    def take_ordinarily(self, data: bytes) -> None: ...


class Whole(Generic[About]):
    """Holds one request. Its connection is to be told once what becomes of it."""

    __slots__ = ("_body_at", "_data", "about", "connection")

    def __init__(self, connection: Carrier, about: About, data: bytes, body_at: int) -> None:
        self.about = about
        self.connection = connection
        self._data = data
        self._body_at = body_at

    @property
    def body(self) -> bytes:
        return self._data[self._body_at :]

    def give_back(self) -> None:
        """To be taken as any other request is."""
        self.connection.take_ordinarily(self._data)


class Taker(Protocol[About]):
    """Takes requests together."""

    def about(self, head: Head) -> About | None:
        """What is remembered of a head, None where requests with it are not taken so. Must not depend on when."""
        ...

    def take(self, requests: Sequence[Whole[About]]) -> None:
        """Each is answered or given back, now or later. Must not raise."""
        ...


class Express(Generic[About]):
    """Gathers whole requests for a while, and has them taken at once."""

    def __init__(self, taker: Taker[About], gather_seconds: float) -> None:
        self._taker = taker
        self._gather_seconds = gather_seconds
        self._known: dict[tuple[str, bytes], About | None] = {}
        self._gathered: list[Whole[About]] = []
        self._bytes = 0
        self._due: asyncio.TimerHandle | None = None
        self._usual: RawHeaders = ()
        self._usual_lines = b""

    def lines_of(self, headers: RawHeaders) -> bytes:
        """The headers of every answer, as lines: the same ones for a second."""
        if headers is not self._usual:
            self._usual, self._usual_lines = headers, _lines(headers)
        return self._usual_lines

    def board(self, connection: Carrier, peer: str, data: bytes, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether this is one whole request, and taken: nothing else may be on its way over its connection."""
        end = data.find(END, 0, HEAD_BYTES)
        length = _LENGTH.search(data, 0, end + 2) if end > 0 else None
        if length is None or end + len(END) + int(length[1]) != len(data):
            return False
        start, behind = length.span(1)
        name = peer, data[:start] + data[behind:end]
        try:
            about = self._known[name]
        except KeyError:
            about = self._learn(name, data[: end + len(END)], peer)
        if about is None:
            return False
        self._gathered.append(Whole(connection, about, data, end + len(END)))
        self._bytes += len(data)
        if self._bytes > TOGETHER_BYTES:
            self._take()
        elif self._due is None:
            self._due = loop.call_later(self._gather_seconds, self._take)
        return True

    def _take(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        gathered, self._gathered, self._bytes = self._gathered, [], 0
        self._taker.take(gathered)

    def _learn(self, name: tuple[str, bytes], head: bytes, peer: str) -> About | None:
        reading = _Reading()
        read = reading.read(head, peer)
        about = self._taker.about(read) if read is not None else None
        if len(self._known) >= HEADS_KNOWN:
            self._known.clear()
        self._known[name] = about
        return about


class _Reading:
    """Reads a head by the parser that uvicorn reads it by."""

    def __init__(self) -> None:
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._is_read = False

    def read(self, head: bytes, peer: str) -> Head | None:
        """None where it is not plain: uvicorn says what is wrong, or does what is asked for."""
        parser = httptools.HttpRequestParser(self)
        try:
            parser.feed_data(head)
            url = httptools.parse_url(self._url)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        names = [name for name, _ in self._headers]
        is_plain = self._is_read and parser.get_method() == b"POST" and parser.get_http_version() == "1.1"
        if not is_plain or not parser.should_keep_alive() or parser.should_upgrade():
            return None
        if (
            names.count(b"content-length") != 1
            or not _ITS_OWN_WAY.isdisjoint(names)
            or not url.path.isascii()
            or b"%" in url.path
        ):
            return None
        return Head(url.path.decode("ascii"), url.query or b"", self._headers, peer)

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._is_read = True


class Prepared(NamedTuple):
    """Holds an answer as bytes, but for the date and what else uvicorn says in each."""

    status: bytes
    rest: bytes


def prepared(status: int, headers: RawHeaders, body: bytes) -> Prepared:
    return Prepared(STATUS_LINE[status], _lines(headers) + b"\r\n" + body)


def _lines(headers: RawHeaders) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)
