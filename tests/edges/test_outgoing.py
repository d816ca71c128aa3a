"""Where requests may go, and what is said of those that fail."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.edges.allowed import Allowed, NotAllowed, Resolver
from services.edges.outgoing import NobodyKnows, NotReached, Outgoing
from tests.edges.reading import until
from tests.kafka_server import free_port
from tests.receiver import Receiver

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as one:
        yield one


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_the_house_are_refused(address: str) -> None:
    assert not Allowed().allows("somewhere.example", address)


@pytest.mark.parametrize("address", ["34.226.83.1", "2606:4700::1111", "::ffff:34.226.83.1"])
def test_addresses_outside_are_not(address: str) -> None:
    assert Allowed().allows("somewhere.example", address)


def test_what_is_allowed_by_name_or_network_may_be_inside() -> None:
    allowed = Allowed("hooks.internal, 10.0.0.0/8")

    assert allowed.allows("hooks.internal", "192.168.1.1")
    assert allowed.allows("somewhere.example", "10.1.2.3")
    assert not allowed.allows("somewhere.example", "192.168.1.1")


async def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(receiver: Receiver) -> None:
    url = receiver.url.replace("http://127.0.0.1", "https://localhost")

    with pytest.raises(NotAllowed, match=r"localhost leads to .*, which is private"):
        await Outgoing(Allowed()).post(url, b"{}", {})

    assert receiver.received == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::1%25lo]", "2130706433", "127.1", "0x7f.1", "\uff11\uff12\uff17.0.0.1", "127。0。0。1"],
)
async def test_an_address_in_numbers_is_refused_as_well(host: str) -> None:
    with pytest.raises(NotAllowed):
        await Outgoing(Allowed()).post(f"https://{host}/hook", b"{}", {})


async def test_what_is_no_address_is_refused_without_a_word_of_it() -> None:
    with pytest.raises(NotAllowed) as error:
        await Outgoing(Allowed()).post("https://[verysecret/hook", b"{}", {})

    assert "verysecret" not in str(error.value)


async def test_plain_http_is_refused() -> None:
    with pytest.raises(NotAllowed, match="over https"):
        await Outgoing(Allowed()).post("http://example.com/hook", b"{}", {})


async def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    port = int(receiver.url.split(":")[2].split("/")[0])

    def rebinding(host: str, port: int, *_: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    answer = await Outgoing(Allowed("rebinding.example")).post(f"http://rebinding.example:{port}/hook", b"{}", {})

    assert answer.is_taken
    assert asked == ["rebinding.example"]


async def test_one_address_inside_among_others_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def mixed(host: str, port: int, *_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("34.226.83.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)

    with pytest.raises(NotAllowed):
        await Resolver(Allowed()).resolve("mixed.example", 443)


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer(302, Location="http://169.254.169.254/latest/meta-data")

    answer = await Outgoing(Allowed("127.0.0.0/8")).post(f"{receiver.url}/redirects", b"{}", {})

    assert (answer.status, answer.is_taken, len(receiver.received)) == (302, False, 1)
    assert "redirects are not followed" in answer.body


async def test_how_long_to_wait_is_told(receiver: Receiver) -> None:
    receiver.answer(429, Retry_After="17")

    answer = await Outgoing(Allowed("127.0.0.0/8")).post(receiver.url, b"{}", {})

    assert (answer.status, answer.retry_after) == (429, 17.0)


async def test_no_answer_leaves_it_open_whether_it_arrived(receiver: Receiver) -> None:
    receiver.waiting.clear()

    with pytest.raises(NobodyKnows, match=r"gave no answer within 0\.2 s") as error:
        await Outgoing(Allowed("127.0.0.0/8"), seconds=0.2).post(receiver.url, b"{}", {})

    assert "secret" not in str(error.value)


async def test_where_nobody_listens_it_did_not_arrive() -> None:
    with pytest.raises(NotReached) as error:
        await Outgoing(Allowed("127.0.0.0/8")).post(f"http://127.0.0.1:{free_port()}/secret", b"{}", {})

    assert "secret" not in str(error.value)


@asynccontextmanager
async def saying(said: bytes) -> AsyncIterator[int]:
    """The port of a server that says this whatever it is sent, and no more, until it is left alone."""
    left = asyncio.Event()

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()
        writer.close()
        left.set()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.wait_for(left.wait(), 60)


async def test_to_whom_no_connection_came_about_in_time_nothing_was_sent() -> None:
    async with saying(b"") as port:  # takes part in no TLS handshake
        with pytest.raises(NotReached, match=r"127\.0\.0\.1 could not be reached within 0\.12 s"):
            await Outgoing(Allowed("127.0.0.0/8"), seconds=0.2).post(f"https://127.0.0.1:{port}/hook", b"{}", {})


@pytest.mark.parametrize(("said", "body"), [(b"200 OK", ""), (b"500 Oh", "broken")])
async def test_an_answer_without_end_is_not_waited_for(said: bytes, body: str) -> None:
    async with saying(b"HTTP/1.1 %s\r\nContent-Length: 100000000\r\n\r\n%s" % (said, body.encode())) as port:
        answer = await Outgoing(Allowed("127.0.0.0/8")).post(f"http://127.0.0.1:{port}/hook", b"{}", {})

    assert (answer.is_taken, answer.body) == (not body, body)


async def test_a_dead_name_server_holds_one_thread_a_name_and_none_of_the_house(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, asked = threading.Event(), []

    def dead(host: str, *_: Any) -> Any:
        asked.append(host)
        answers.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")

    monkeypatch.setattr(socket, "getaddrinfo", dead)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    outgoing = Outgoing(Allowed(), seconds=0.1)

    for _ in range(3):
        with pytest.raises(NotReached):
            await outgoing.post("https://receiver.example/hook", b"{}", {})

    assert asked == ["receiver.example"]
    assert outgoing.busy
    assert await asyncio.to_thread(lambda: "others go on") == "others go on"
    answers.set()
    await until(lambda: not outgoing.busy)
