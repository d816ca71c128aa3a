"""A receiver of alerts: a real HTTP server that keeps what it is sent, and answers as Slack may."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.slack import Slack


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers 200 `ok`, or what it is told to, or as Slack would."""

    def __init__(self, slack: Slack | None = None) -> None:
        self.slack = slack
        self.received: list[Received] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.waiting = threading.Event()
        self.waiting.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/services/T0/B0/verysecret"

    def answer(self, status: int, said: str = "ok", **headers: str) -> None:
        """The next answer that has not been told yet."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, named, said.encode()))

    def say(self, one: Received) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer."""
        if self.answers:
            return self.answers.pop(0)
        if self.slack is None:
            return 200, {}, b"ok"
        said = self.slack.answer(one.headers, one.body, one.at)
        return said.status, {"Retry-After": str(said.retry_after)} if said.retry_after else {}, said.word.encode()

    @property
    def incidents(self) -> list[str]:
        """The incident each webhook was about."""
        return [one.json["incident"]["id"] for one in self.received]

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(self.path, dict(self.headers), body, time.monotonic()))
                receiver.waiting.wait(60)
                status, headers, said = receiver.say(receiver.received[-1])
                with suppress(BrokenPipeError):  # who asked has gone
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler

    @contextmanager
    def serving(self) -> Iterator["Receiver"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self.waiting.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()
