"""A door before a server: open, slow, or walled up, where connections stand and nothing comes through."""

import asyncio
import contextlib
from typing import Self


class Door:
    """Passes connections on to a port of this machine, the one `behind`, which may become another."""

    def __init__(self, port: int) -> None:
        self.slow_seconds = 0.0
        self.port = 0
        self.behind = port
        self._through = asyncio.Event()
        self._through.set()
        self._passing: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wall_up(self) -> None:
        self._through.clear()

    def open(self) -> None:
        self._through.set()
        self.slow_seconds = 0.0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        # Cancelled, it ends quietly: asyncio's streams would take that for an error of this callback.
        with contextlib.suppress(OSError, asyncio.CancelledError), contextlib.closing(writer):
            inner, outer = await asyncio.open_connection("127.0.0.1", self.behind)
            with contextlib.closing(outer):
                ways = [asyncio.ensure_future(self._pump(*way)) for way in ((reader, outer), (inner, writer))]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while some := await source.read(1 << 16):
            await asyncio.sleep(self.slow_seconds)
            await self._through.wait()
            target.write(some)
            await target.drain()
