"""What goes back to a client: the only place where an outcome becomes a status and headers."""

import re
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from starlette.types import Send

from services.edges.record_batch import NotAccepted
from services.ingest.problem import CONTENT_TYPE, Problem, problem_body
from services.ingest.refusal import Reason, Refusal

RawHeaders = list[tuple[bytes, bytes]]

# A write key stands in public pages and no cookie counts here, so any origin may read the answer: also one that may not
# send. Its client would take an answer that it cannot read for a broken line, and try again and again.
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
# Some clients, and beacons always, send "with credentials", which `*` would not let them.
WITH_CREDENTIALS = (b"access-control-allow-credentials", b"true")
VARYING = (b"vary", b"origin")
ORIGINS_KNOWN = 1024
EXPOSED = (b"access-control-expose-headers", b"retry-after, x-ratelimit-reset")
PREFLIGHT_HEADERS: RawHeaders = [
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, content-encoding, x-retry-count, x-write-key, anonymousid, x-ip-policy",
    ),
    (b"access-control-max-age", b"86400"),
]
NOTHING: Mapping[Reason, int] = {}
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", CONTENT_TYPE.encode())


class Answer(NamedTuple):
    """Carries a status, a body and headers."""

    status: int
    body: bytes
    headers: RawHeaders

    async def send(self, send: Send, origin: bytes) -> None:
        headers = [*self.headers, *readable_from(origin)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


@lru_cache(ORIGINS_KNOWN)
def readable_from(origin: bytes) -> Sequence[tuple[bytes, bytes]]:
    """What lets a page of this origin read an answer."""
    if not re.fullmatch(rb"[!-~]{1,256}", origin):
        return (ANY_ORIGIN,)
    return ((ANY_ORIGIN[0], origin), WITH_CREDENTIALS, VARYING)


def answer(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(status, body, [*headers, (b"content-length", b"%d" % len(body))])


ALL_TAKEN = answer(200, b'{"success":true}', JSON)
NOT_ALLOWED = answer(
    405, problem_body(405, "method", "Events are sent by POST.", "only POST and OPTIONS are served here"), PROBLEM
)
PREFLIGHT = Answer(204, b"", PREFLIGHT_HEADERS)


def without_body(method: str) -> Answer:
    return PREFLIGHT if method == "OPTIONS" else NOT_ALLOWED


def success(refused: Sequence[tuple[int, Refusal]] = (), dropped: Mapping[Reason, int] = NOTHING) -> Answer:
    """One bad call never fails its batch: it is named beside the success."""
    if not (refused or dropped):
        return ALL_TAKEN
    named = [
        {"index": index, "reason": refusal.reason, "detail": refusal.detail, "remedy": refusal.reason.remedy}
        for index, refusal in refused
    ]
    counted = [{"reason": reason, "events": events, "remedy": reason.remedy} for reason, events in dropped.items()]
    said = {"refused": named} if named else {}
    said |= {"dropped": counted} if counted else {}
    return answer(200, msgspec.json.encode({"success": True, **said}), JSON)


def problem(refused: Problem) -> Answer:
    # What is left of a body that was not read to its end must not be taken for the next request.
    headers = [PROBLEM, (b"connection", b"close")]
    if refused.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="write key"'))
    if refused.retry_after:
        headers += [EXPOSED, (b"retry-after", b"%d" % refused.retry_after)]
    if refused.status == 429:  # the same moment as Segment tells it, in seconds since 1970
        headers.append((b"x-ratelimit-reset", b"%d" % (time.time() + refused.retry_after)))
    return answer(refused.status, refused.body, *headers)


def unavailable(error: NotAccepted) -> Answer:
    """503 only where nothing is called accepted: every client sends it again."""
    body = problem_body(503, "unavailable", "The events are not safe yet: send them again.", str(error))
    return answer(503, body, PROBLEM, EXPOSED, (b"retry-after", b"%d" % error.retry_after))
