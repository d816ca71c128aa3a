"""A request's body: read before a deadline, inflated up to a limit, and UTF-8. uvicorn itself has no such limits."""

import asyncio
import zlib
from collections.abc import Awaitable, Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from services.ingest.problem import Problem
from services.ingest.refusal import Reason

WIRE_BYTES = 1024 * 1024  # twice what Segment's clients send at most
INFLATED_BYTES = 2 * 1024 * 1024
BATCH_CALLS = 500
BODY_SECONDS = 10.0
DEAR = {b"@": b"@", b"%40": b"%", rb"\u0040": b"\\"}
"""Where an e-mail address may be: each is looked at, so that a body full of them would take seconds. By their rarest
letter they are counted first, in a tenth of the time."""
DEAR_SIGNS = 10_000
GZIP_MAGIC = b"\x1f\x8b"
SEND_LESS = "send fewer events a request"


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, seconds: float = BODY_SECONDS) -> bytes:
    """The body as JSON text. Raises Problem, or ClientDisconnect where nobody waits for an answer any more."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > WIRE_BYTES:
        raise too_large(f"the body announces {int(announced)} bytes, at most {WIRE_BYTES} are taken")
    try:
        body = await _within(seconds, _receive_all(receive))
    except TimeoutError:
        raise Problem(
            408, Reason.DEADLINE, f"the body did not arrive within {seconds:g} s", remedy="send it again, faster"
        ) from None
    encoding = headers.get(b"content-encoding", b"").lower()
    # Some clients send gzip and call it text or a form, so the first bytes decide as well.
    if encoding == b"gzip" or body.startswith(GZIP_MAGIC):
        body = inflate(body)
    elif encoding not in (b"", b"identity"):
        raise Problem(
            415, Reason.ENCODING, f"Content-Encoding {encoding.decode('latin-1')} is not taken", remedy="send gzip"
        )
    return as_text(body)


def as_text(body: bytes) -> bytes:
    """A body as it is, where it is UTF-8 and can be cleaned in a moment. Raises Problem."""
    for sign, letter in DEAR.items():
        if letter in body and body.count(letter) > DEAR_SIGNS and body.count(sign) > DEAR_SIGNS:
            raise too_large(f"the body has more than {DEAR_SIGNS} {sign.decode()}")
    return _as_utf8(body)


def hold_to_batch(calls: int) -> None:
    """Raises Problem where a batch has more calls than are taken: before anything is done with each."""
    if calls > BATCH_CALLS:
        detail = f"the batch has {calls} calls, at most {BATCH_CALLS} are taken"
        raise Problem(400, Reason.SIZE, detail, remedy=SEND_LESS, pointer="/batch")


def too_large(detail: str) -> Problem:
    return Problem(400, Reason.SIZE, detail, remedy=SEND_LESS)


async def _within(seconds: float, work: Awaitable[bytes]) -> bytes:
    """`asyncio.timeout`, at a third of what it costs a request. Raises TimeoutError."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a body is read within a task")
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        task.cancel()

    timer = task.get_loop().call_later(seconds, expire)
    try:
        return await work
    except asyncio.CancelledError:
        if expired and not task.uncancel():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


async def _receive_all(receive: Receive) -> bytes:
    message = await receive()
    chunks = []
    size = 0
    while message["type"] == "http.request":
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > WIRE_BYTES:
            raise too_large(f"the body has more than {WIRE_BYTES} bytes")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()
    raise ClientDisconnect


def inflate(body: bytes, most: int = INFLATED_BYTES) -> bytes:
    """Undo gzip. A bomb costs its limit and no more."""
    stream = zlib.decompressobj(wbits=31)
    try:
        inflated = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise _not_gzip(str(error)) from error
    if len(inflated) > most:
        raise too_large(f"the body inflates to more than {most} bytes")
    if not stream.eof:
        raise _not_gzip("it ends too early")
    if stream.unused_data:
        raise _not_gzip("something follows its end")
    return inflated


def _as_utf8(body: bytes) -> bytes:
    # Checked for the whole body at once: the JSON decoder does not look into what it passes on undecoded.
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Problem(
                400, Reason.ENCODING, f"byte {error.start} is not UTF-8", remedy="encode the body as UTF-8"
            ) from error
    return body


def _not_gzip(detail: str) -> Problem:
    return Problem(400, Reason.ENCODING, f"the body is not a gzip stream: {detail}", remedy="send it whole, or plain")
