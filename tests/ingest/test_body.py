"""Bodies: read in time, inflated up to a limit, UTF-8."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from services.ingest.body import INFLATED_BYTES, WIRE_BYTES, inflate, read_body
from services.ingest.problem import Problem
from services.ingest.refusal import Reason

Receive = Callable[[], Awaitable[Message]]


def arriving(*chunks: bytes) -> Receive:
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting[-1]["more_body"] = False

    async def receive() -> Message:
        return waiting.pop(0)

    return receive


async def trickling() -> Message:
    await asyncio.sleep(0.01)
    return {"type": "http.request", "body": b"x", "more_body": True}


async def gone() -> Message:
    return {"type": "http.disconnect"}


async def refused(headers: dict[bytes, bytes], receive: Receive) -> Problem:
    with pytest.raises(Problem) as refusal:
        await read_body(headers, receive, seconds=0.1)
    return refusal.value


@pytest.mark.asyncio
async def test_a_body_arrives_in_pieces() -> None:
    assert await read_body({}, arriving(b'{"a"', b":", b"1}")) == b'{"a":1}'


@pytest.mark.parametrize("headers", [{b"content-encoding": b"gzip"}, {b"content-type": b"text/plain"}, {}])
@pytest.mark.asyncio
async def test_gzip_is_seen_by_its_header_or_its_first_bytes(headers: dict[bytes, bytes]) -> None:
    assert await read_body(headers, arriving(gzip.compress(b'{"a":1}'))) == b'{"a":1}'


@pytest.mark.asyncio
async def test_a_trickling_body_is_cut_off_at_its_deadline() -> None:
    began = time.monotonic()

    problem = await refused({}, trickling)

    assert (problem.status, problem.reason) == (408, Reason.DEADLINE)
    assert time.monotonic() - began < 2


@pytest.mark.asyncio
async def test_nobody_is_answered_who_has_gone() -> None:
    with pytest.raises(ClientDisconnect):
        await read_body({}, gone)


@pytest.mark.asyncio
async def test_a_body_too_large_is_refused_before_it_is_read() -> None:
    problem = await refused({b"content-length": str(WIRE_BYTES + 1).encode()}, trickling)

    assert (problem.status, problem.reason) == (400, Reason.SIZE)


@pytest.mark.asyncio
async def test_an_endless_body_is_refused_at_its_limit() -> None:
    problem = await refused({}, arriving(*[b"x" * 65536] * 17))

    assert (problem.status, problem.reason) == (400, Reason.SIZE)


def test_a_gzip_bomb_costs_its_limit_and_no_more() -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(128)) + packer.flush()
    assert len(bomb) < WIRE_BYTES
    tracemalloc.start()

    with pytest.raises(Problem, match="inflates to more than"):
        inflate(bomb)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * INFLATED_BYTES


@pytest.mark.parametrize(
    "body", [gzip.compress(b"{}")[:-1], gzip.compress(b"{}") + b"x", b"\x1f\x8bnot gzip"], ids=["cut", "more", "not"]
)
def test_what_is_no_whole_gzip_stream_is_refused(body: bytes) -> None:
    with pytest.raises(Problem, match="not a gzip stream"):
        inflate(body)


@pytest.mark.asyncio
async def test_bytes_that_are_not_utf8_are_refused_with_their_place() -> None:
    problem = await refused({}, arriving(b'{"a":"\xff"}'))

    assert (problem.status, problem.reason, str(problem)) == (400, Reason.ENCODING, "byte 6 is not UTF-8")


@pytest.mark.asyncio
async def test_another_encoding_is_refused() -> None:
    problem = await refused({b"content-encoding": b"br"}, arriving(b"x"))

    assert problem.status == 415


@pytest.mark.parametrize("sign", [b"@", b"%40", rb"\u0040"])
async def test_a_body_full_of_what_must_each_be_looked_at_is_refused(sign: bytes) -> None:
    few, many = sign * 9_000, sign * 11_000

    assert await read_body({}, arriving(few)) == few
    problem = await refused({}, arriving(many))
    assert (problem.status, problem.reason) == (400, Reason.SIZE)
