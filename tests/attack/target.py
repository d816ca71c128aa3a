"""The real server as it is attacked: its address, its memory, and a client that must be served all the while."""

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.core.key import Kind
from services.core.terms import Manner, Terms
from services.edges.broker import Broker
from services.edges.keyring import Keyring
from tests.ingest.serving import serving
from tests.installation import Installation

MOST_MEGABYTES = 512
PATIENCE_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
IS_LONG = "ATTACK_LONG" in os.environ  # `make attack`: with the deadlines that hold in earnest
SOON = """
from services.edges import door, http_connection as c
c.HEAD_SECONDS, c.REQUEST_SECONDS, c.UNREAD_SECONDS, door.LOOK_SECONDS = 1, 2, 2, 0.2
"""
"""The same rules with shorter deadlines, so that tests are quick."""


@dataclass(frozen=True)
class Target:
    """A running ingest."""

    port: int
    pid: int
    key: str
    admin: str = ""
    """Of an installation that can be asked, too."""

    @property
    def credentials(self) -> dict[str, str]:
        """To ask with, where it can be asked: of two keys, ingest takes the one that stands in Authorization."""
        return {"Authorization": f"Bearer {self.admin}"} if self.admin else {"X-Write-Key": self.key}

    def connect(self, address: str = "") -> socket.socket:
        """From this one of the machine's own addresses, of which all below 127.0.0.0/8 are."""
        connection = socket.create_connection(
            ("127.0.0.1", self.port), source_address=(address, 0) if address else None
        )
        connection.settimeout(PATIENCE_SECONDS)
        return connection

    def request(self, body: bytes, *headers: str, path: str = "/v1/batch") -> bytes:
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: x",
            f"X-Write-Key: {self.key}",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def answer(self, sent: bytes) -> bytes:
        """What comes back until the server closes, or the whole first answer; empty where it cuts off."""
        with self.connect() as connection:
            return exchange(connection, sent)

    def status(self, body: bytes, *headers: str) -> int:
        return int(self.answer(self.request(body, *headers)).split(b" ", 2)[1])

    @property
    def files(self) -> int:
        """That the server has open: its connections, and a few."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def cpu_seconds(self) -> float:
        """That the server has worked so far, in steps of 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def megabytes(self) -> float:
        """Of memory that the server holds now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def exchange(connection: socket.socket, sent: bytes) -> bytes:
    received = b""
    try:
        connection.sendall(sent)
    except (BrokenPipeError, ConnectionResetError):
        received = b""  # it may have answered before it had read everything
    try:
        while not is_whole(received) and (chunk := connection.recv(65536)):
            received += chunk
    except ConnectionResetError:
        return received
    return received


def is_whole(received: bytes) -> bool:
    head, _, body = received.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return length.isdigit() and len(body) >= int(length)


def is_cut_off(connection: socket.socket) -> bool:
    """Whether the server ends it; waits for that."""
    try:
        while connection.recv(65536):
            continue
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@contextmanager
def attacked(folder: Path, before: str = "" if IS_LONG else SOON) -> Iterator[Target]:
    with Broker() as broker:
        key = Keyring(folder / "keys.json").create(Kind.WRITE, "shop", terms=Terms(robots=Manner.IGNORE))
        with serving(broker, folder, before) as (process, address):
            yield Target(int(address.rpartition(":")[2]), process.pid, key)


@contextmanager
def asked(folder: Path) -> Iterator[Target]:
    """A whole installation, with something in it to ask for."""
    with Installation(folder / "data") as running:
        bought = [
            {"type": "track", "event": name, "anonymousId": f"v{number % 7}", "properties": {"value": number}}
            for number in range(50)
            for name in ("Product Viewed", "Product Added", "Checkout Started", "Order Completed")
        ]
        assert running.send(*bought).status_code == 200
        yield Target(int(running.url.rpartition(":")[2]), running.pid, running.keys["write"], running.keys["admin"])


@asynccontextmanager
async def others_served(target: Target) -> AsyncIterator[None]:
    """One client after the other sends an event while this goes on, three at least; each is answered 200."""
    served, over = 0, False

    async def send(number: int) -> int:
        call = {"type": "track", "event": "Bought", "userId": "u", "messageId": f"{time.time_ns()}-{number}"}
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
            writer.write(target.request(json.dumps({"batch": [call]}).encode()))
            head = await reader.readuntil(b"\r\n\r\n")
            writer.close()
            return int(head.split(b" ", 2)[1])

    async def keep_sending() -> None:
        nonlocal served
        while not over or served < 3:
            assert await send(served) == 200
            served += 1

    sending = asyncio.ensure_future(keep_sending())
    yield
    over = True
    await sending
