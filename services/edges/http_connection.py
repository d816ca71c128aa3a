"""One connection: uvicorn's, with deadlines and bounds, as that waits for ever for what a client begins to send.

What comes as one whole request may go aboard with others; the door says who may stay where there is no more room.
"""

import asyncio
import re
from typing import Any

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.edges.door import BUSY, Door
from services.edges.express import BEGINNING, Express, Prepared

HEAD_SECONDS = 10.0
REQUEST_SECONDS = 30.0  # a body may have a shorter deadline of its own, with an answer that says so
UNREAD_SECONDS = 30.0  # an answer of which nothing at all is read
HEAD_BYTES = 64 * 1024
REQUEST_BYTES = 8 * 1024 * 1024
UNFINISHED_BYTES = 128 * 1024 * 1024  # of all requests that are still on their way
PIPELINED = 16
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
# Another protocol is offered with many a request (by Java's client with each: HTTP/2). It may be ignored; httptools
# would take the body to be in it already, and lose it.
OFFER = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
IGNORED = b"\r\nignored:"
NO_BODY = b"content-length: 0\r\nconnection: close\r\n\r\n"


class TooManyAhead(HttpParserError):
    """A client sends request after request without waiting for an answer."""


class Connection(HttpToolsProtocol):
    """Holds one client to deadlines and bounds, beside what uvicorn does."""

    def __init__(self, door: Door, express: Express[Any] | None = None, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._door = door
        self._express = express
        self._is_aboard = False  # its request is one of those that are taken together
        self._came_ahead = b""
        self._is_leaving = False
        self._idle_since: float | None = None  # an answer of those; after others, uvicorn waits by a timer each
        self._owes_since: float | None = None
        self._heading = True
        self._received = 0
        self._unread = 0
        self._unread_since = 0.0

    @property
    def peer(self) -> str:
        """Whose it is, as the socket says: a header can say anything, and comes later."""
        return self.client[0] if self.client else ""

    @property
    def is_at_work(self) -> bool:
        """Whether a request has come whole and is not answered yet."""
        if self._is_aboard:
            return True
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def is_idle(self, now: float) -> bool:
        return self._idle_since is not None and now - self._idle_since > self.timeout_keep_alive

    def is_overdue(self, now: float) -> bool:
        unread = self.transport.get_write_buffer_size()
        if unread != self._unread or not unread:
            self._unread, self._unread_since = unread, now
        if self.is_at_work or self._owes_since is None or self.flow.read_paused:
            return now - self._unread_since > UNREAD_SECONDS
        return now - self._owes_since > (HEAD_SECONDS if self._heading else REQUEST_SECONDS)

    def close(self) -> None:
        self.transport.close()

    def cut_off(self) -> None:
        self._door.leave(self)
        self.transport.abort()

    def turn_away(self, status: bytes) -> None:
        if self._is_aboard or (self.cycle is not None and not self.cycle.response_complete):
            self.cut_off()  # it would be taken for the answer to another request
            return
        self.transport.write(status + NO_BODY)
        self.transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._owes_since = self.loop.time()
        self._door.enter(self, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.leave(self)
        self._settle()
        self._let_go()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._idle_since = None
        if self._is_aboard:
            self._keep(data)
        elif not self._is_boarded(data):
            self._receive(data)

    def shutdown(self) -> None:
        if self._is_aboard:
            self._is_leaving = True
        else:
            super().shutdown()

    def answer_whole(self, answer: Prepared) -> None:
        if self.transport.is_closing() or self._express is None:
            return
        headers = self._express.lines_of(self.server_state.default_headers)
        closing = b"connection: close\r\n" if self._is_leaving else b""
        self.transport.write(b"".join((answer.status, headers, closing, answer.rest)))
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        self._get_off()
        if self._is_leaving:
            self.transport.close()

    def take_ordinarily(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self._is_aboard = False
            self._receive(data)
            if self._is_leaving:
                super().shutdown()
            self._get_off()

    def _is_boarded(self, data: bytes) -> bool:
        """Whether this is a request that is taken together with others: then it is owed nothing any more."""
        if self._express is None or self._received or not self._heading or not data.startswith(BEGINNING):
            return False
        if self.is_at_work or self.flow.write_paused or self._is_leaving:
            return False
        self._is_aboard = True
        owed_since, self._owes_since = self._owes_since, None
        if self._express.board(self, self.peer, data, self.loop):
            self._unset_keepalive_if_required()
            return True
        self._is_aboard, self._owes_since = False, owed_since
        return False

    def _keep(self, data: bytes) -> None:
        """What came before the answer to what is aboard: a piece, as nothing more is read then."""
        self.flow.pause_reading()
        self._came_ahead += data
        self._door.unfinished += len(data)
        if self._door.unfinished > UNFINISHED_BYTES:
            self.cut_off()

    def _let_go(self) -> bytes:
        ahead, self._came_ahead = self._came_ahead, b""
        self._door.unfinished -= len(ahead)
        return ahead

    def _get_off(self) -> None:
        """Go on with what came meanwhile."""
        self._is_aboard = False
        if ahead := self._let_go():
            self.flow.resume_reading()
            self.data_received(ahead)

    def _receive(self, data: bytes) -> None:
        """As uvicorn does it."""
        if self._owes_since is None:
            self._owes_since = self.loop.time()
        super().data_received(_without_offer(data) if self._heading else data)
        if self._owes_since is not None and not self.transport.is_closing():
            self._owe(len(data))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._settle()
        self._owes_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._heading:  # what follows a body in pieces may be headers too, which nobody reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._heading = False
        super().on_headers_complete()
        if len(self.pipeline) > PIPELINED:
            raise TooManyAhead

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._settle()

    def _owe(self, size: int) -> None:
        self._received += size
        self._door.unfinished += size
        if self._heading and self._received > HEAD_BYTES:
            self.turn_away(HEAD_TOO_LARGE)
        elif self._received > REQUEST_BYTES:
            self.cut_off()
        elif self._door.unfinished > UNFINISHED_BYTES:
            self.turn_away(BUSY)

    def _settle(self) -> None:
        self._door.unfinished -= self._received
        self._received = 0
        self._heading = True
        self._owes_since = None


def _without_offer(data: bytes) -> bytes:
    end = data.find(b"\r\n\r\n")
    head = data if end < 0 else data[:end]
    return OFFER.sub(IGNORED, data, count=1) if b"pgrade" in head.lower() else data
