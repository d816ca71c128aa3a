"""Requests that are taken together, on a real server whose app answers for all others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from services.edges.door import Door
from services.edges.express import Express, Head, Whole, prepared
from services.edges.http_connection import Connection
from services.edges.http_server import Guests, http_config
from services.edges.listener import listen

pytestmark = pytest.mark.asyncio

PATIENCE_SECONDS = 60


class Served:
    """Takes whole requests for /together, and answers as an app for all else: with the body, and who took it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.door = Door(1000)
        self.learnt: list[Head] = []
        self.groups: list[list[bytes]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.answering: set[asyncio.Task[None]] = set()

    def about(self, head: Head) -> str | None:
        self.learnt.append(head)
        return head.path if head.path == "/together" else None

    def take(self, requests: Sequence[Whole[str]]) -> None:
        self.groups.append([request.body for request in requests])
        for request in requests:
            if request.body == b"odd":
                request.give_back()
            else:
                task = asyncio.ensure_future(self._answer(request))
                self.answering.add(task)
                task.add_done_callback(self.answering.discard)

    async def _answer(self, request: Whole[str]) -> None:
        await self.may_answer.wait()
        body = b"together " + request.body
        request.connection.answer_whole(prepared(200, [(b"content-length", b"%d" % len(body))], body))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b"alone "
        more = True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async def ask(self, *pieces: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for piece in pieces:
            taken = len(self.groups)
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)  # so that it is read by itself; what comes of it does not hang on that
            assert len(self.groups) - taken <= 1
        said = await answer_of(reader)
        writer.close()
        return said


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\ndate: " in head
    return await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))


@asynccontextmanager
async def server(gather_seconds: float = 0.01) -> AsyncIterator[tuple[Served, uvicorn.Server]]:
    with listen("127.0.0.1", 0) as listener:
        served = Served(listener.getsockname()[1])
        express = Express(served, gather_seconds)
        config = http_config(served, Guests(1000), 5, express)
        config.http = partial(Connection, served.door, express)  # type: ignore[assignment]
        running = uvicorn.Server(config)
        serving = asyncio.create_task(running.serve([listener]))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await come(lambda: running.started)
                yield served, running
        finally:
            served.may_answer.set()
            running.should_exit = True
            await serving


async def come(true: Callable[[], bool]) -> None:
    """Wait until it is."""
    while not true():  # noqa: ASYNC110 (nobody tells of it)
        await asyncio.sleep(0.01)


def post(body: bytes, *headers: bytes, path: bytes = b"/together") -> bytes:
    lines = [b"POST %b HTTP/1.1" % path, b"Host: x", b"Content-Length: %d" % len(body), *headers, b"", b""]
    return b"\r\n".join(lines) + body


async def test_requests_that_come_in_a_while_are_taken_at_once() -> None:
    async with server(gather_seconds=0.5) as (served, _):
        answers = await asyncio.gather(*(served.ask(post(b"%d" % number)) for number in range(9)))

        assert sorted(answers) == [b"together %d" % number for number in range(9)]
        assert max(len(group) for group in served.groups) > 1


async def test_a_head_is_read_once_whatever_the_length_of_its_body() -> None:
    async with server() as (served, _):
        assert [await served.ask(post(b"x" * size)) for size in (1, 10, 999)] == [
            b"together " + b"x" * size for size in (1, 10, 999)
        ]
        await served.ask(post(b"x", b"Origin: https://a.example", path=b"/together?a=b"))

        first, second = served.learnt
        assert (first.path, first.query, first.peer, first.headers[0]) == (
            "/together",
            b"",
            "127.0.0.1",
            (b"host", b"x"),
        )
        assert (second.query, dict(second.headers)[b"origin"]) == (b"a=b", b"https://a.example")


WHOLE = post(b"body")


@pytest.mark.parametrize(
    "pieces",
    [
        [WHOLE[:-2], WHOLE[-2:]],
        [WHOLE[:30], WHOLE[30:]],
        [b"\r\n", WHOLE],
        [post(b"body", path=b"/alone")],
        [post(b"body", path=b"/%74ogether/x")],
        [post(b"body", b"Connection: close")],
        [post(b"body", b"Upgrade: h2c", b"Connection: Upgrade")],
        [b"POST /together HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"],
        [WHOLE.replace(b"POST", b"PUT")],
        [post(b"body", b"X-Long: " + b"x" * 3000)],
    ],
    ids=[
        *(
            "body in pieces",
            "head in pieces",
            "an empty line before",
            "another path",
            "an escaped path",
            "to be closed",
        ),
        *("another protocol offered", "chunked", "another method", "a long head"),
    ],
)
async def test_whatever_is_unusual_goes_its_ordinary_way(pieces: list[bytes]) -> None:
    async with server() as (served, _):
        assert await served.ask(*pieces) == b"alone body"
        assert served.groups == []


async def test_a_length_that_is_said_twice_is_refused_as_ever_though_its_rest_is_known() -> None:
    async with server() as (served, _):
        await served.ask(post(b"body"))
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(post(b"body", b"Content-Length: 4"))

        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_what_is_given_back_is_taken_by_the_app_and_the_connection_lives_on() -> None:
    async with server() as (served, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        said = []
        for body in (b"odd", b"even", b"odd", b"even"):
            writer.write(post(body))
            said.append(await answer_of(reader))

        assert said == [b"alone odd", b"together even"] * 2
        writer.close()


async def test_what_is_sent_ahead_waits_for_its_turn() -> None:
    async with server() as (served, _):
        served.may_answer.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(post(b"first"))
        await come(lambda: bool(served.groups))
        writer.write(post(b"odd") + post(b"third") + post(b"fourth"))
        await come(lambda: bool(served.door.unfinished))
        served.may_answer.set()

        assert [await answer_of(reader) for _ in range(4)] == [
            *(b"together first", b"alone odd", b"alone third", b"alone fourth")
        ]
        assert served.door.unfinished == 0
        writer.close()


async def test_who_leaves_before_the_answer_leaves_nothing_behind() -> None:
    async with server() as (served, _):
        served.may_answer.clear()
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(post(b"first"))
        await come(lambda: bool(served.groups))
        writer.write(post(b"second"))
        await come(lambda: bool(served.door.unfinished))
        writer.transport.abort()
        served.may_answer.set()
        await come(lambda: not len(served.door))

        assert served.door.unfinished == 0
        assert await served.ask(post(b"another")) == b"together another"


async def test_who_is_being_answered_when_the_server_stops_is_answered_and_told_to_leave() -> None:
    async with server() as (served, running):
        served.may_answer.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(post(b"last"))
        await come(lambda: bool(served.groups))
        running.should_exit = True
        await asyncio.sleep(0.3)  # the server looks ten times a second
        served.may_answer.set()

        said = await reader.read()
        assert said.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nconnection: close\r\n" in said
        assert said.endswith(b"together last")
        writer.close()


async def test_who_asks_for_nothing_more_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.edges.door.LOOK_SECONDS", 0.05)
    async with server() as (served, running):
        running.config.timeout_keep_alive = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(post(b"only"))

        assert await answer_of(reader) == b"together only"
        assert await reader.read() == b""
        writer.close()
