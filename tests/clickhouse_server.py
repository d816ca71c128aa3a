"""ClickHouse's HTTP interface over the engine of chDB, for machines where no ClickHouse server can be had.

`python -m tests.clickhouse_server --port 0 --folder DIR` serves the unchanged clickhouse-connect: queries,
inserts in any format, bound parameters, settings in the URL, error codes. It prints its port once ready.
"""

import argparse
import contextlib
import gzip
import json
import re
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame  # type: ignore[import-untyped]  # it ships no types

READY_WITHIN = 30.0
# What ClickHouse's HTTP handler keeps for itself; everything else in the URL is a setting.
NO_SETTINGS = frozenset(
    {"query", "database", "default_format", "compress", "decompress", "buffer_size", "wait_end_of_query"}
    | {"session_id", "session_timeout", "session_check", "query_id", "quota_key", "user", "password", "role"}
    | {"client_protocol_version", "enable_http_compression", "send_progress_in_http_headers"}
    | {"http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close"}
)
INSERT = re.compile(rb"\s*(INSERT\s+INTO\s+[^;]*?)\s+FORMAT\s+(\w+)\s*", re.IGNORECASE | re.DOTALL)
FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
CODE = re.compile(r"Code:\s*(\d+)")
STATUS = {"47": 404, "60": 404, "81": 404, "62": 400, "159": 408, "164": 403, "241": 507, "516": 403}


def unpacked(body: bytes, encoding: str) -> bytes:
    """A request's body without its compression."""
    if encoding == "gzip":
        return gzip.decompress(body)
    return bytes(lz4.frame.decompress(body)) if encoding == "lz4" else body


def form_of(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form: clickhouse-connect sends one where a query's parameters are too long for an address."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True) or b"").decode()
        for part in message.iter_parts()
    }


class Request:
    """One request: what to run, on which database, with which settings and parameters."""

    def __init__(self, url: str, body: bytes, content_type: str = "") -> None:
        given = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        if content_type.startswith("multipart/form-data"):
            given |= form_of(body, content_type)
            body = b""
        self.database = given.get("database", "default")
        self.parameters = {name[6:]: value for name, value in given.items() if name.startswith("param_")}
        settings = {name: value for name, value in given.items() if name not in NO_SETTINGS}
        self.settings = {name: value for name, value in settings.items() if not name.startswith("param_")}
        query = given.get("query", "").encode()
        self.text = query + b"\n" + body if query and body else query or body

    def run(self, connection: Any) -> tuple[bytes, str]:
        """The answer's bytes and their format, which is empty where a statement has no answer."""
        connection.query(f"USE `{self.database}`", "Null")
        # readonly last: nothing can be set after it.
        for name, value in sorted(self.settings.items(), key=lambda setting: setting[0] == "readonly"):
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            connection.query(f"SET {name} = '{quoted}'", "Null")
        insert = INSERT.match(self.text)
        return self._insert(connection, insert) if insert else self._query(connection)

    def _insert(self, connection: Any, insert: re.Match[bytes]) -> tuple[bytes, str]:
        with connection.send_insert(insert[1].decode(), insert[2].decode()) as inserter:
            inserter.append(self.text[insert.end() :])
            inserter.finish()
        return b"", ""

    def _query(self, connection: Any) -> tuple[bytes, str]:
        text = self.text.decode()
        chosen = FORMAT.search(self.text)
        if chosen:
            name = chosen[1].decode()
            return connection.query(text, name, params=self.parameters).bytes() or b"", name
        # A statement with an answer names its columns even where there are no rows.
        answer = connection.query(text, "TabSeparatedWithNames", params=self.parameters).bytes() or b""
        _, named, rows = answer.partition(b"\n")
        return rows, "TabSeparated" if named else ""


class Handler(BaseHTTPRequestHandler):
    """Answers as ClickHouse does."""

    protocol_version = "HTTP/1.1"
    server: "ClickHouseServer"

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/ping":
            self._answer(200, b"Ok.\n", {})
        else:
            self.do_POST()

    def do_POST(self) -> None:
        announced = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(announced)
        if len(body) < announced:
            self.close_connection = True
            return  # the client died meanwhile: ClickHouse takes no half of a request either
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b"".join(self._chunks())
        body = unpacked(body, self.headers.get("Content-Encoding", ""))
        # A connection of its own: settings and database stick to a connection.
        with contextlib.closing(chdb.connect(self.server.folder)) as connection:
            try:
                answer, name = Request(self.path, body, self.headers.get("Content-Type", "")).run(connection)
            except RuntimeError as error:
                self._fail(str(error))
            else:
                self._answer(200, answer, {"X-ClickHouse-Format": name} if name else {})

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _fail(self, reason: str) -> None:
        found = CODE.search(reason)
        code = found[1] if found else "1001"
        message = reason[reason.find("Code:") :] if found else reason
        self._answer(STATUS.get(code, 500), message.encode(), {"X-ClickHouse-Exception-Code": code})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Summary": json.dumps({})} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is its own."""


class ClickHouseServer(ThreadingHTTPServer):
    """Serves the engine of one folder, a thread a client."""

    daemon_threads = True

    def __init__(self, port: int, folder: str) -> None:
        self.folder = folder
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away in the middle: tests kill them."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(port: int, folder: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    keep_open = chdb.connect(folder)  # the engine lives as long as a connection does
    server = ClickHouseServer(port, folder)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    stopped.wait()
    server.shutdown()
    keep_open.close()


class ClickHouseProcess:
    """Runs a server on a folder. Killed and started again it serves the same tables at the same address."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def port(self) -> int:
        """Known from the first start on."""
        return self._port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.clickhouse_server", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*command, "--folder", str(self.folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            if not ready.select(READY_WITHIN):
                self.kill()
                raise AssertionError("the ClickHouse fixture did not start")
        self._port = int(self._process.stdout.readline())

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            assert self._process.stdout is not None
            self._process.send_signal(how)
            self._process.wait(30)
            self._process.stdout.close()
            self._process = None


@contextlib.contextmanager
def clickhouse_server(folder: Path, port: int = 0) -> Iterator[str]:
    """A server in a process of its own; gives its address, `http://127.0.0.1:<port>`."""
    server = ClickHouseProcess(folder, port)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", required=True)
    arguments = parser.parse_args()
    serve(arguments.port, arguments.folder)
