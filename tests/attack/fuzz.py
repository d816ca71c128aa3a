"""Sends made-up requests to the real server and looks at what comes back: `python -m tests.attack.fuzz`.

Never a 500, nothing without an answer, none slower than a second, and memory within its bound.
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
from tests.attack.target import MOST_MEGABYTES, Target, asked, attacked

SLOWEST_SECONDS = 1.0
LEFT_OUT = {("get", "/v1/findings/stream"), ("delete", "/v1/visitors/{id}")}


class Fuzz:
    """Holds what was sent so far, and how it was answered."""

    def __init__(self, target: Target) -> None:
        self.sent = 0
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self.slowest_of = ""
        self._target = target
        self._connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
        self._last = time.monotonic()

    def send(self, body: bytes, envelope: inputs.Envelope) -> None:
        """Raises AssertionError where the server is at fault; whatever it says, it must say it in HTTP."""
        target = envelope.target.replace("{key}", self._target.key)
        # The server closes what is idle for 5 s, and to make an input up may take that long on a busy machine.
        if time.monotonic() - self._last > IDLE_SECONDS / 2:
            self._connection.close()
        began = time.perf_counter()
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
        self.note(answer.status, time.perf_counter() - began, f"{envelope} with {body[:200]!r}")
        assert answer.status < 500, f"{answer.status} to {envelope} with {body!r}"

    def note(self, status: int, seconds: float, what: str) -> None:
        self.sent += 1
        self.statuses[status] += 1
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
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
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
        answer = case.call(base_url=f"http://127.0.0.1:{target.port}", session=session, headers=target.credentials)
        fuzz.note(answer.status_code, answer.elapsed, f"{case.method} {case.path} {case.query}")
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
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, attacked(Path(folder), before="") as target:
        fuzz, began = Fuzz(target), time.monotonic()
        while fuzz.sent < arguments.inputs:
            fuzz_requests(fuzz, max(inputs.A_BODY, min(10_000, arguments.inputs - fuzz.sent)))
            print(f"{fuzz.sent} sent, {_told(fuzz)}", flush=True)
        fuzz_schema(fuzz, target, arguments.inputs // 50)
        fuzz.close()
        megabytes = target.megabytes
        print(f"{fuzz.sent} inputs in {time.monotonic() - began:.0f} s; the server holds {megabytes:.0f} MB")
        if fuzz.slowest > SLOWEST_SECONDS or megabytes > MOST_MEGABYTES:
            raise SystemExit(f"an answer took {fuzz.slowest:.3f} s, or {megabytes:.0f} MB are too many")
    with tempfile.TemporaryDirectory() as folder, asked(Path(folder)) as target:
        fuzz, began = Fuzz(target), time.monotonic()
        fuzz_schema(fuzz, target, arguments.inputs // 200, below="/v1")
        fuzz.close()
        print(f"an installation: {fuzz.sent} inputs in {time.monotonic() - began:.0f} s, {_told(fuzz)}", flush=True)
        print(f"its slowest: {fuzz.slowest_of[:300]}")


def _told(fuzz: Fuzz) -> str:
    return f"{dict(sorted(fuzz.statuses.items()))}, slowest {fuzz.slowest:.3f} s"


if __name__ == "__main__":
    main()
