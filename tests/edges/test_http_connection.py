"""Who may keep a connection, on a real server with few places."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from services.edges.door import Door
from services.edges.http_connection import Connection
from services.edges.http_server import Guests, http_config
from services.edges.listener import listen
from services.edges.networks import networks_of

pytestmark = pytest.mark.asyncio

PLACES = 8
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served:
    """An app that answers with the body that came, once it may."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.may_answer = asyncio.Event()
        self.clients: list[Client] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        body += message.get("body", b"")
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async def connect(self, sent: bytes = b"", address: str = "127.0.0.1") -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.clients.append((reader, writer))
        writer.write(sent)
        await writer.drain()
        return reader, writer


@asynccontextmanager
async def server(of_address: int = PLACES, proxies: str = "") -> AsyncIterator[tuple[Served, Door]]:
    with listen("127.0.0.1", 0) as listener:
        served, door = Served(listener.getsockname()[1]), Door(PLACES, of_address, networks_of(proxies))
        config = http_config(served, Guests(PLACES), drain_seconds=1)
        config.http = partial(Connection, door)  # type: ignore[assignment]
        running = uvicorn.Server(config)
        serving = asyncio.create_task(running.serve([listener]))
        try:
            async with asyncio.timeout(60):
                await come(lambda: running.started)
                yield served, door
        finally:
            served.may_answer.set()
            for _, writer in served.clients:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
            running.should_exit = True
            await serving


async def come(true: Callable[[], bool]) -> None:
    """Wait until it is."""
    while not true():  # noqa: ASYNC110 (nobody tells of it)
        await asyncio.sleep(0.01)


async def is_cut_off(client: Client) -> bool:
    try:
        return await client[0].read() == b""
    except ConnectionResetError:
        return True


async def test_where_all_places_are_taken_who_has_waited_longest_goes() -> None:
    async with server() as (served, door):
        oldest = await served.connect()
        others = [await served.connect() for _ in range(PLACES - 1)]
        await come(lambda: len(door) == PLACES)

        served.may_answer.set()
        newest = await served.connect(GET)

        assert (await newest[0].readline()).startswith(b"HTTP/1.1 200")
        assert await is_cut_off(oldest)
        others[-1][1].write(GET)
        assert (await others[-1][0].readline()).startswith(b"HTTP/1.1 200")


async def test_half_a_request_keeps_no_place_and_a_whole_one_does() -> None:
    async with server() as (served, door):
        whole = [await served.connect(GET) for _ in range(PLACES - 1)]
        half = await served.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        await come(lambda: len(door) == PLACES)

        await served.connect(GET)
        assert await is_cut_off(half)

        served.may_answer.set()
        for reader, _ in whole:
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_where_all_are_being_answered_who_comes_is_told_to_come_back() -> None:
    async with server() as (served, door):
        for _ in range(PLACES):
            await served.connect(GET)
        await come(lambda: len(door) == PLACES)

        reader, _ = await served.connect(GET)

        assert b"503" in await reader.readline()
        assert b"retry-after: 1" in await reader.read()


async def test_one_address_takes_no_more_places_than_it_may() -> None:
    async with server(of_address=3) as (served, door):
        others = [await served.connect() for _ in range(3)]
        await come(lambda: len(door) == 3)
        greedy = [await served.connect(address="127.0.0.2") for _ in range(9)]

        cut_off = [await is_cut_off(client) for client in greedy[:6]]
        assert (cut_off, len(door)) == ([True] * 6, 6)

        served.may_answer.set()
        for reader, writer in [*others, *greedy[6:]]:
            writer.write(GET)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_an_address_whose_requests_are_all_being_answered_is_told_to_come_back_and_others_are_served() -> None:
    async with server(of_address=3) as (served, door):
        for _ in range(3):
            await served.connect(GET, "127.0.0.2")
        await come(lambda: len(door) == 3)

        fourth, _ = await served.connect(GET, "127.0.0.2")
        other, _ = await served.connect(GET)

        assert b"503" in await fourth.readline()
        served.may_answer.set()
        assert (await other.readline()).startswith(b"HTTP/1.1 200")


async def test_a_trusted_proxy_holds_as_many_as_there_are() -> None:
    async with server(of_address=2, proxies="127.0.0.0/30") as (served, door):
        clients = [await served.connect(address="127.0.0.2") for _ in range(PLACES)]
        await come(lambda: len(door) == PLACES)

        served.may_answer.set()
        for reader, writer in clients:
            writer.write(GET)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_nothing_is_remembered_of_addresses_that_have_left() -> None:
    async with server() as (served, door):
        _, writer = await served.connect(address="127.0.0.3")
        await come(lambda: len(door) == 1)
        writer.close()
        await come(lambda: not len(door))

        assert not door._by_host


@pytest.mark.parametrize("apart", [False, True], ids=["at once", "in pieces"])
async def test_a_request_that_offers_another_protocol_keeps_its_body(apart: bool) -> None:
    head = _post(b"body").removesuffix(b"\r\nbody") + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    async with server() as (served, _):
        served.may_answer.set()
        reader, writer = await served.connect(head if apart else head + b"body")
        if apart:
            await asyncio.sleep(0)
            writer.write(b"body")

        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(4) == b"body"


async def test_requests_sent_ahead_are_answered_in_their_order_up_to_a_number() -> None:
    async with server() as (served, _):
        served.may_answer.set()
        few, _ = await served.connect(b"".join(_post(b"%02d" % number) for number in range(10)))
        many, _ = await served.connect(GET * 1000)

        answers = [(await few.readuntil(b"\r\n\r\n"), await few.readexactly(2))[1] for _ in range(10)]
        assert answers == [b"%02d" % number for number in range(10)]
        assert (await many.read()).count(b"HTTP/1.1 200") < 100


async def test_what_was_received_of_requests_on_their_way_is_known_to_the_byte() -> None:
    async with server() as (served, door):
        served.may_answer.set()
        half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"

        reader, writer = await served.connect(half)
        await come(lambda: door.unfinished == len(half))
        writer.write(b"whole")
        await reader.readuntil(b"whole")
        assert door.unfinished == 0

        _, writer = await served.connect(half)
        await come(lambda: door.unfinished > 0)
        writer.close()
        await come(lambda: door.unfinished == 0)


def _post(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
