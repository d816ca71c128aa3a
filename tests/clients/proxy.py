"""A proxy before ingest that lets it answer only after some requests have failed, as a bad network would have it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

FAILURES = 2
AGAIN = {"retry-after": "1", "access-control-allow-origin": "*", "content-type": "application/json"}
OWN = {"content-length", "connection", "date"}


class Failure(StrEnum):
    """What happens to the first requests that bring events."""

    NONE = "none"
    REFUSED = "refused"  # they never reach ingest
    ANSWER_LOST = "answer lost"  # ingest takes them, and the client does not learn of it


class Proxy(ThreadingHTTPServer):
    """Stands before ingest and says what it answered to each request that brought events."""

    def __init__(self, ingest: str, failure: Failure) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ingest = ingest
        self.failure = failure
        self.statuses: list[int] = []
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_fails(self) -> bool:
        with self._lock:
            fails = self.failure is not Failure.NONE and len(self.statuses) < FAILURES
            self.statuses.append(503 if fails else 200)
        return fails


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests: what it answers itself is 503 with a short Retry-After."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_POST(self) -> None:
        brings = not self.path.startswith("/flags")  # which asks
        if not brings or not self.server.next_fails():
            return self._pass_on()
        if self.server.failure is Failure.ANSWER_LOST:
            self._taken()
        else:
            self._body()
        return self._answer(httpx.Response(503, headers=AGAIN))

    def _pass_on(self) -> None:
        self._answer(self._taken())

    do_GET = do_OPTIONS = _pass_on

    def _taken(self) -> httpx.Response:
        """What ingest answers. It sees the proxy's address, since it tells browsers to send where they asked."""
        headers = dict(self.headers.items())
        url = f"{self.server.ingest}{self.path}"
        return httpx.request(self.command, url, content=self._body(), headers=headers, timeout=60)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _answer(self, answer: httpx.Response) -> None:
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name not in OWN:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: what was answered is in `statuses`."""


@contextmanager
def failing_first(ingest: str, failure: Failure) -> Iterator[Proxy]:
    with Proxy(ingest, failure) as proxy:
        serving = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            serving.join()
