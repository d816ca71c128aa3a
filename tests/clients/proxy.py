"""A proxy before ingest that lets it answer only after some requests have failed, as a bad network would have it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

FAILURES = 2


class Failure(StrEnum):
    """What happens to the first requests that bring events."""

    NONE = "none"
    REFUSED = "refused"  # they never reach ingest
    ANSWER_LOST = "answer lost"  # ingest takes them, and the client does not learn of it


@dataclass
class Proxy:
    """Says where to send to, and what was answered to each request that brought events."""

    address: str
    statuses: list[int] = field(default_factory=list)


@contextmanager
def failing_first(ingest: str, failure: Failure) -> Iterator[Proxy]:
    """Stands before ingest. What it answers itself is 503 with a short Retry-After."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                fails = failure is not Failure.NONE and len(proxy.statuses) < FAILURES
                proxy.statuses.append(503 if fails else 200)
            if fails and failure is Failure.REFUSED:
                return self._answer(503, b"")
            passed_on = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            taken = httpx.post(f"{ingest}{self.path}", content=body, headers=passed_on, timeout=60)
            return self._answer(503 if fails else taken.status_code, taken.content)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if status == 503:
                self.send_header("retry-after", "1")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: what was answered is in `statuses`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            serving.join()
