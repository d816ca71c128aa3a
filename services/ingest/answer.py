"""What goes back to a client: the only place where an outcome becomes a status and headers."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from starlette.types import Send

from services.edges.record_batch import NotAccepted
from services.ingest.problem import CONTENT_TYPE, Problem, problem_body
from services.ingest.refusal import Refusal

RawHeaders = list[tuple[bytes, bytes]]

# A write key stands in public pages and no cookie counts here, so any origin may read the answer.
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
EXPOSED = (b"access-control-expose-headers", b"retry-after")
PREFLIGHT_HEADERS: RawHeaders = [
    ANY_ORIGIN,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, content-encoding, x-retry-count, x-write-key, anonymousid, x-ip-policy",
    ),
    (b"access-control-max-age", b"86400"),
]
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", CONTENT_TYPE.encode())


class Answer(NamedTuple):
    """Carries a status, a body and headers."""

    status: int
    body: bytes
    headers: RawHeaders

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def answer(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(status, body, [*headers, ANY_ORIGIN, (b"content-length", b"%d" % len(body))])


ALL_TAKEN = answer(200, b'{"success":true}', JSON)
NOT_ALLOWED = answer(
    405, problem_body(405, "method", "Events are sent by POST.", "only POST and OPTIONS are served here"), PROBLEM
)
PREFLIGHT = Answer(204, b"", PREFLIGHT_HEADERS)


def without_body(method: str) -> Answer:
    return PREFLIGHT if method == "OPTIONS" else NOT_ALLOWED


def success(refused: Sequence[tuple[int, Refusal]] = ()) -> Answer:
    """One bad call never fails its batch: it is named beside the success."""
    if not refused:
        return ALL_TAKEN
    named = [
        {"index": index, "reason": refusal.reason, "detail": refusal.detail, "remedy": refusal.reason.remedy}
        for index, refusal in refused
    ]
    return answer(200, msgspec.json.encode({"success": True, "refused": named}), JSON)


def problem(refused: Problem) -> Answer:
    # What is left of a body that was not read to its end must not be taken for the next request.
    headers = [PROBLEM, (b"connection", b"close")]
    if refused.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="write key"'))
    return answer(refused.status, refused.body, *headers)


def unavailable(error: NotAccepted) -> Answer:
    """503 only where nothing is called accepted: every client sends it again."""
    body = problem_body(503, "unavailable", "The events are not safe yet: send them again.", str(error))
    return answer(503, body, PROBLEM, EXPOSED, (b"retry-after", b"%d" % error.retry_after))
