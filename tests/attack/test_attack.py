"""Clients that mean harm: each is answered or cut off, memory stays bounded, and others are served meanwhile."""

import asyncio
import json
import resource
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.settings import Settings
from tests.attack.target import (
    IS_LONG,
    MOST_MEGABYTES,
    PATIENCE_SECONDS,
    Target,
    attacked,
    exchange,
    is_cut_off,
    others_served,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("attack")) as running:
        yield running
        assert running.megabytes < MOST_MEGABYTES


def track(**fields: object) -> bytes:
    return json.dumps({"batch": [{"type": "track", "event": "Bought", "userId": "u", **fields}]}).encode()


async def test_headers_that_never_end_are_cut_off(target: Target) -> None:
    with target.connect() as connection:
        connection.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        stop = trickle(connection, b"a")

        assert await asyncio.to_thread(is_cut_off, connection)
        stop.set()


@pytest.mark.parametrize("beginning", [b"", b"\r\n", b"P"], ids=["nothing", "empty lines", "a letter"])
async def test_who_connects_and_asks_for_nothing_is_cut_off(target: Target, beginning: bytes) -> None:
    with target.connect() as connection:
        stop = trickle(connection, beginning) if beginning else threading.Event()

        assert await asyncio.to_thread(is_cut_off, connection)
        stop.set()


async def test_empty_lines_between_requests_hold_no_connection(target: Target) -> None:
    with target.connect() as connection:
        assert exchange(connection, target.request(track())).startswith(b"HTTP/1.1 200")
        stop = trickle(connection, b"\r\n")

        assert await asyncio.to_thread(is_cut_off, connection)
        stop.set()


async def test_a_body_that_never_ends_in_time_is_cut_off(target: Target) -> None:
    async with others_served(target):
        with target.connect() as connection:
            connection.sendall(target.request(b"").replace(b"Content-Length: 0", b"Content-Length: 1000"))
            stop = trickle(connection, b" ")

            assert await asyncio.to_thread(is_cut_off, connection)
            stop.set()


@pytest.mark.parametrize("piece", [b"10000\r\n" + b" " * 65536 + b"\r\n", b"1;" + b"x" * 65536 + b"\r\na\r\n"])
async def test_an_endless_body_is_refused_or_cut_off(target: Target, piece: bytes) -> None:
    before = target.megabytes

    answer = await asyncio.to_thread(flood, target, CHUNKED, piece)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert target.megabytes < before + 64


async def test_endless_headers_are_refused(target: Target) -> None:
    answer = await asyncio.to_thread(flood, target, b"GET / HTTP/1.1\r\n", b"X-A: " + b"b" * 1000 + b"\r\n")

    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")


async def test_one_endless_header_is_refused(target: Target) -> None:
    answer = await asyncio.to_thread(flood, target, b"GET / HTTP/1.1\r\nX-A: ", b"b" * 65536)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")


async def test_endless_headers_behind_a_body_are_cut_off(target: Target) -> None:
    before = target.megabytes
    body = b"%x\r\n%s\r\n0\r\n" % (len(track()), track())

    await asyncio.to_thread(flood, target, CHUNKED + body, b"X-A: " + b"b" * 1000 + b"\r\n")

    assert target.megabytes < before + 64


async def test_requests_without_waiting_for_an_answer_are_cut_off(target: Target) -> None:
    before = target.megabytes

    async with others_served(target):
        with target.connect() as connection:
            stop = trickle(connection, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 5000)

            assert await asyncio.to_thread(is_cut_off, connection)
            stop.set()

    assert target.megabytes < before + 64


async def test_who_does_not_read_answers_holds_no_memory(target: Target) -> None:
    before, connections = target.megabytes, []

    async with others_served(target):
        for _ in range(50):
            connection = target.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            for _ in range(10):
                connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
            connections.append(connection)
        await asyncio.sleep(1)

    assert target.megabytes < before + 64
    for connection in connections:
        connection.close()


async def test_a_gigabyte_of_gzip_costs_its_limit_and_no_more(target: Target) -> None:
    before = target.megabytes
    bomb = gzip_bomb(1024)
    assert len(bomb) < 1024 * 1024

    async with others_served(target):
        statuses = [await asyncio.to_thread(target.status, bomb, "Content-Encoding: gzip") for _ in range(5)]

    assert statuses == [400] * 5
    assert target.megabytes < before + 32


@pytest.mark.parametrize(
    "body",
    [
        b'{"batch":[{"type":"track","event":"\xff","userId":"u"}]}',
        b'{"batch":[{"type":"track","event":"\xed\xa0\x80","userId":"u"}]}',
        b'{"batch":[{"type":"track","event":"x","userId":"u","properties":{"n":NaN}}]}',
        b'{"batch":' + b"[" * 500_000,
        b'{"batch":[' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}",
        b"\x1f\x8b" + b"\x00" * 1000,
        b"\x00" * 1000,
        b'{"batch":[' + b"{}," * 300_000 + b"{}]}",
        b'"' + b"\\u0000" * 100_000 + b'"',
    ],
)
async def test_what_is_malformed_is_answered_400(target: Target, body: bytes) -> None:
    assert await asyncio.to_thread(target.status, body) == 400


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 5000, "0." + "1" * 5000, "1e-5000"])
async def test_a_number_that_nobody_can_hold_is_refused_alone_or_taken(target: Target, number: str) -> None:
    body = b'{"batch":[{"type":"track","event":"x","userId":"u","properties":{"n":%s}}]}' % number.encode()

    assert await asyncio.to_thread(target.status, body) == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff" * 1000,
        b"GET \xff HTTP/1.1\r\n\r\n",
        b"POST /v1/batch HTTP/9.9\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /v1/batch HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nContent-Length: " + b"9" * 100 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_not_http_is_answered_or_cut_off(target: Target, sent: bytes) -> None:
    answer = await asyncio.to_thread(target.answer, sent)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


async def test_a_thousand_trickling_clients_do_not_keep_others_waiting(target: Target) -> None:
    before = target.megabytes

    clients = [target.connect() for _ in range(1000)]
    for number, client in enumerate(clients):
        end_of_head = b"\r\n" if number % 2 else b""
        client.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n" + end_of_head)

    async with others_served(target):
        held = clients
        async with asyncio.timeout(PATIENCE_SECONDS):
            while held:
                held = [client for client in held if still_takes(client, b"a")]
                await asyncio.sleep(0.2)

    assert target.megabytes < before + 128
    for client in clients:
        client.close()


async def test_ten_thousand_idle_connections_do_not_keep_others_out(target: Target) -> None:
    idle = 10_000
    before, connections = target.megabytes, []

    with allowed_files(idle):
        async with others_served(target):
            for number in range(idle):
                connections.append(target.connect(f"127.0.1.{number % 200 + 1}"))
                if not number % 100:
                    await asyncio.sleep(0)

    assert target.megabytes < before + 256
    await asyncio.to_thread(all, map(is_cut_off, connections[-100:]))
    for connection in connections:
        connection.close()


async def test_one_address_takes_a_fraction_of_the_places_and_no_other_is_cut_off_for_it(target: Target) -> None:
    greed = 10_000 if IS_LONG else 2000
    with target.connect() as neighbour, allowed_files(greed):
        assert exchange(neighbour, target.request(track())).startswith(b"HTTP/1.1 200")
        held, most = [], 0

        async with others_served(target):
            for number in range(greed):
                held.append(target.connect("127.0.0.2"))
                held[-1].sendall(b"POST /v1/batch HTTP/1.1\r\n" if number % 2 else b"")
                if not number % 100:
                    most = max(most, target.files)
                    # who was here before goes on all the while
                    assert exchange(neighbour, target.request(track())).startswith(b"HTTP/1.1 200")
                    await asyncio.sleep(0)

    assert most < Settings().address_connections + 200
    for connection in held:
        connection.close()


async def test_made_up_names_do_not_fill_the_memory(target: Target) -> None:
    before, names = target.megabytes, 100_000 if IS_LONG else 5000

    async with others_served(target):
        for first in range(0, names, 500):
            calls = [{"type": "track", "event": f"made up {first + n}", "userId": "u"} for n in range(500)]
            assert await asyncio.to_thread(target.status, json.dumps({"batch": calls}).encode()) == 200

    assert target.megabytes < before + 64
    with target.connect() as connection:
        metrics = exchange(connection, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").decode()
    renamed = next(line for line in metrics.splitlines() if line.startswith("desireline_ingest_events_renamed_total"))
    assert float(renamed.split()[1]) >= names - 500


CHUNKED = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def allowed_files(connections: int) -> Iterator[None]:
    """So that this process may hold so many; skips where the system lets nobody."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= most < connections + 1000:
        pytest.skip(f"this system lets a process open {most} files: too few for {connections} connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(files, connections + 1000), most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))


def trickle(connection: socket.socket, piece: bytes) -> threading.Event:
    """Send it over and over, until told to stop or cut off."""
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(0.2):
            try:
                connection.sendall(piece)
            except OSError:
                return

    threading.Thread(target=send, daemon=True).start()
    return stop


def still_takes(connection: socket.socket, piece: bytes) -> bool:
    try:
        connection.sendall(piece)
    except OSError:
        return False
    return True


def flood(target: Target, beginning: bytes, piece: bytes, most: int = 512 * 1024 * 1024) -> bytes:
    """Send it over and over until the server says something or hangs up; what it said. Fails beyond `most` bytes."""
    with target.connect() as connection:
        connection.sendall(beginning)
        sent = 0
        try:
            while sent < most:
                connection.sendall(piece)
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            try:
                return connection.recv(65536)
            except ConnectionResetError:
                return b""
    pytest.fail(f"the server took {sent} bytes")


def gzip_bomb(megabytes: int) -> bytes:
    """So many megabytes of zeros. A block that ends in a full flush may be repeated."""
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(bytes(64 * 1024 * 1024)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return head + block * (megabytes // 64) + compressor.flush() + bytes(8)
