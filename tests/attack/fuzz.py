"""Sends made-up requests to the real server and looks at what comes back: `python -m tests.attack.fuzz`.

Never a 500, nothing without an answer, none slower than a second, and memory within its bound. How long an answer took
is the lesser of two, the time until it came and what the server worked meanwhile: whatever else the machine does makes
every answer late.
"""

import argparse
import http.client
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from services.edges.http_server import IDLE_SECONDS
from tests.attack import inputs
from tests.attack.target import MOST_MEGABYTES, PATIENCE_SECONDS, Target, asked, attacked

SLOWEST_SECONDS = 1.0
SLOWEST_QUESTION_SECONDS = 5.0  # of both cores, by all the database's threads; bench/questions.py says what they take
LEFT_OUT = {("get", "/v1/findings/stream"), ("delete", "/v1/visitors/{id}")}


class Fuzz:
    """Holds what was sent so far, and how it was answered."""

    def __init__(self, target: Target) -> None:
        self.sent = 0
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self.slowest_of = ""
        self.slowest_by: Counter[str] = Counter()
        """Of each operation, in milliseconds."""
        self._target = target
        self._connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
        self._last = time.monotonic()

    def send(self, body: bytes, envelope: inputs.Envelope) -> None:
        """Raises AssertionError where the server is at fault; whatever it says, it must say it in HTTP."""
        target = envelope.target.replace("{key}", self._target.key)
        # The server closes what is idle for 5 s, and to make an input up may take that long on a busy machine.
        if time.monotonic() - self._last > IDLE_SECONDS / 2:
            self._connection.close()
        began, worked = time.perf_counter(), self._target.cpu_seconds
        try:
            self._connection.request(
                envelope.method, target, body, {"X-Write-Key": self._target.key} | envelope.headers
            )
            answer = self._connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError) as error:
            self._connection.close()
            raise AssertionError(f"no answer to {envelope} with {body!r}") from error
        self._last = time.monotonic()
        seconds = min(time.perf_counter() - began, self._target.cpu_seconds - worked)
        self.note(answer.status, seconds, target, f"{envelope} with {body[:200]!r}")
        assert answer.status < 500, f"{answer.status} to {envelope} with {body!r}"

    def note(self, status: int, seconds: float, operation: str, what: str) -> None:
        self.sent += 1
        self.statuses[status] += 1
        self.slowest_by[operation] = max(self.slowest_by[operation], round(seconds * 1000))
        if seconds > self.slowest:
            self.slowest, self.slowest_of = seconds, what

    def close(self) -> None:
        self._connection.close()


def fuzz_requests(fuzz: Fuzz, count: int) -> None:
    """Requests of every dialect, nearly right."""

    @_made(count // inputs.A_BODY or 1)
    @given(inputs.requests)
    def send(made: tuple[bytes, list[inputs.Envelope]]) -> None:
        body, envelopes = made
        for envelope in envelopes:
            fuzz.send(body, envelope)

    send()


def fuzz_schema(fuzz: Fuzz, target: Target, count: int, below: str | tuple[str, ...] = "/") -> None:
    """What the OpenAPI document allows and what it does not: the answers must be those that it names.

    So many inputs at least, over all paths `below`; but for those that never end and those that rewrite tables.
    """
    url = f"http://127.0.0.1:{target.port}"
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", timeout=PATIENCE_SECONDS)
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    operations = [one for one in found if one.path.startswith(below) and (one.method, one.path) not in LEFT_OUT]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    session = requests.Session()
    for operation in operations:
        for mode in modes if operation.body else modes[:1]:
            _send_cases(fuzz, session, operation.as_strategy(mode), target, count // (2 * len(operations)) or 1)
    session.close()


def _send_cases(fuzz: Fuzz, session: requests.Session, cases: Any, target: Target, count: int) -> None:
    @_made(count)
    @given(cases)
    def send(case: schemathesis.Case[Any]) -> None:
        worked = target.cpu_seconds
        answer = case.call(
            base_url=f"http://127.0.0.1:{target.port}",
            session=session,
            headers=target.credentials,
            timeout=PATIENCE_SECONDS,
        )
        seconds = min(answer.elapsed, target.cpu_seconds - worked)
        operation = f"{case.method} {case.path}"
        fuzz.note(answer.status_code, seconds, operation, f"{operation} {case.query}")
        checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
        case.validate_response(answer, checks=checks)

    send()


def _made(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--part", choices=["ingest", "questions"], help="both, unless one is named")
    arguments = parser.parse_args()
    if arguments.part != "questions":
        fuzz_ingest(arguments.inputs)
    if arguments.part != "ingest":
        fuzz_questions(arguments.inputs // 200)


def fuzz_ingest(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, attacked(Path(folder), before="") as target:
        fuzz, began = Fuzz(target), time.monotonic()
        while fuzz.sent < count:
            fuzz_requests(fuzz, max(inputs.A_BODY, min(10_000, count - fuzz.sent)))
            print(f"{fuzz.sent} sent, {_told(fuzz)}", flush=True)
        fuzz_schema(fuzz, target, count // 50)
        _conclude("ingest", fuzz, target, began, SLOWEST_SECONDS)
        if target.megabytes > MOST_MEGABYTES:
            raise SystemExit(f"{target.megabytes:.0f} MB are too many")


def fuzz_questions(count: int) -> None:
    """Of a whole installation, whose memory is the database's and no matter here."""
    with tempfile.TemporaryDirectory() as folder, asked(Path(folder)) as target:
        fuzz, began = Fuzz(target), time.monotonic()
        fuzz_schema(fuzz, target, count, below="/v1")
        _conclude("an installation", fuzz, target, began, SLOWEST_QUESTION_SECONDS)


def _conclude(what: str, fuzz: Fuzz, target: Target, began: float, most_seconds: float) -> None:
    """Raises SystemExit where an answer took too long."""
    fuzz.close()
    print(f"{what}: {fuzz.sent} inputs in {time.monotonic() - began:.0f} s, {_told(fuzz)}, {target.megabytes:.0f} MB")
    for operation, milliseconds in fuzz.slowest_by.most_common(5):
        print(f"{milliseconds:6} ms at most: {operation[:150]}", flush=True)
    if fuzz.slowest > most_seconds:
        raise SystemExit(f"an answer took {fuzz.slowest:.3f} s: {fuzz.slowest_of[:500]}")


def _told(fuzz: Fuzz) -> str:
    return f"{dict(sorted(fuzz.statuses.items()))}, slowest {fuzz.slowest:.3f} s"


if __name__ == "__main__":
    main()
