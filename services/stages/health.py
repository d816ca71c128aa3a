"""What a stages worker says of itself over HTTP, where a port is given: `/livez`, `/readyz`, `/metrics`.

Served by a thread: whoever asks whether the worker lives must not depend on the loop that may be stuck.
"""

import time
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

LOOP_SILENT_SECONDS = 30.0
"""A loop that has not turned for so long is stuck: a checkpoint's encoding takes a second at most."""


class Health:
    """Answers from what the worker notes here: `turned` at each turn of its loop, `problem` "" when it can work."""

    def __init__(self, problem: Callable[[], str]) -> None:
        self._problem = problem
        self._turned_at = time.monotonic()

    def turned(self) -> None:
        """The loop is alive."""
        self._turned_at = time.monotonic()

    def serve(self, host: str, port: int) -> int:
        """Answer from now on, until the process ends. The port taken; raises OSError where it cannot be."""
        server = make_server(host, port, self._answer, server_class=_Server, handler_class=_Quiet)
        Thread(target=server.serve_forever, name="health", daemon=True).start()
        return int(server.server_port)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            metrics: Iterable[bytes] = make_wsgi_app()(environ, start)
            return metrics
        if path not in ("/livez", "/readyz"):
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"Ask for /livez, /readyz or /metrics.\n"]
        wrong = self._stuck() or (self._problem() if path == "/readyz" else "")
        start("503 Service Unavailable" if wrong else "200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{wrong or 'ok'}\n".encode()]

    def _stuck(self) -> str:
        silent = time.monotonic() - self._turned_at
        return f"The worker's loop has not turned for {silent:.0f} s." if silent > LOOP_SILENT_SECONDS else ""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a probe asks every few seconds."""
