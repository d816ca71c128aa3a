"""One process of ours, as a supervisor sees it: started, told to stop, killed, started again."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.chaos.process import Orders

WITHIN = 120.0
ENDS_WITHIN = 30.0


class Service:
    """One process of ours, started again as a supervisor would when it ends by itself."""

    def __init__(self, folder: Path, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.orders = Orders(folder / f"{name}.orders")
        self.log = folder / f"{name}.log"
        self.wanted = False
        self._command = command
        self._environment = environment | {"CHAOS_ORDERS": str(self.orders.file)}
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0  # where its words begin in the log

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self.wanted = True
        self.orders.withdraw()
        with self.log.open("ab") as said:
            self._said = said.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.process", *self._command],
                env={**os.environ, **self._environment},
                stdout=said,
                stderr=said,
            )

    async def says(self, words: str) -> None:
        """Wait until it has said this since it was started."""
        deadline = time.monotonic() + WITHIN
        while words.encode() not in self.log.read_bytes()[self._said :]:
            assert time.monotonic() < deadline, f"{self.name} does not say {words!r}"
            await asyncio.sleep(0.1)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self, within: float) -> int | None:
        """The exit code, None where it goes on for longer."""
        deadline = time.monotonic() + within
        while (code := self.code) is None and time.monotonic() < deadline:  # noqa: ASYNC110 -- a process has no event
            await asyncio.sleep(0.02)
        return code

    @property
    def code(self) -> int | None:
        """Of a process that has ended."""
        return None if self._process is None else self._process.poll()

    async def kill(self) -> None:
        self.wanted = False
        self.send(signal.SIGKILL)
        assert await self.ended(ENDS_WITHIN) is not None

    async def stop(self) -> int:
        """Tell it to stop; its exit code. One that hangs is killed, and the code says so."""
        self.wanted = False
        self.send(signal.SIGTERM)
        code = await self.ended(ENDS_WITHIN)
        if code is None:
            await self.kill()
        return self.code or 0

    def close(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGCONT)
            self._process.kill()
            self._process.wait()


async def answers(url: str) -> None:
    """Wait until something serves there and is ready."""
    deadline = time.monotonic() + WITHIN
    async with httpx.AsyncClient() as asking:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await asking.get(url)).status_code == 200:
                    return
            assert time.monotonic() < deadline, f"{url} does not answer"
            await asyncio.sleep(0.05)
