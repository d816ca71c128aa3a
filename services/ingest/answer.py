"""What goes back to a client: the only place where an outcome becomes a status and headers."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from starlette.types import Send

from services.edges.kafka import NotAccepted
from services.ingest.problem import CONTENT_TYPE, Problem, problem_body
from services.ingest.refusal import Refusal

RawHeaders = list[tuple[bytes, bytes]]

# A write key stands in public pages and no cookie counts here, so any origin may read the answer.
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
EXPOSED = (b"access-control-expose-headers", b"retry-after")
PREFLIGHT: RawHeaders = [
    ANY_ORIGIN,
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-retry-count, x-write-key"),
    (b"access-control-max-age", b"86400"),
]
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", CONTENT_TYPE.encode())
ALL_TAKEN = b'{"success":true}'


@dataclass(frozen=True)
class Answer:
    """Carries a status, a body and headers."""

    status: int
    body: bytes
    headers: RawHeaders

    async def send(self, send: Send) -> None:
        length = (b"content-length", str(len(self.body)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]})
        await send({"type": "http.response.body", "body": self.body})


def preflight() -> Answer:
    return Answer(204, b"", PREFLIGHT)


def success(refused: Sequence[tuple[int, Refusal]] = ()) -> Answer:
    """One bad call never fails its batch: it is named beside the success."""
    if not refused:
        return Answer(200, ALL_TAKEN, [JSON, ANY_ORIGIN])
    named = [{"index": index, "reason": refusal.reason, "detail": refusal.detail} for index, refusal in refused]
    return Answer(200, msgspec.json.encode({"success": True, "refused": named}), [JSON, ANY_ORIGIN])


def problem(refused: Problem) -> Answer:
    # What is left of a body that was not read to its end must not be taken for the next request.
    headers = [PROBLEM, ANY_ORIGIN, (b"connection", b"close")]
    if refused.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="write key"'))
    return Answer(refused.status, refused.body, headers)


def unavailable(error: NotAccepted) -> Answer:
    """503 only where nothing is called accepted: every client sends it again."""
    body = problem_body(503, "unavailable", "The events are not safe yet: send them again.", str(error))
    retry = (b"retry-after", str(error.retry_after).encode())
    return Answer(503, body, [PROBLEM, ANY_ORIGIN, EXPOSED, retry])
