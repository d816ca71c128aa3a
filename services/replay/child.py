"""The sending process as seen from the one that serves: started early, told where to send, and ended with it."""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from services.replay.message import Target
from services.replay.progress import Failed, Progress, decode


class Child:
    """Listens to one sending process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def send_to(self, target: Target) -> None:
        """Tell it where to send what it has made ready; until then it waits."""
        stdin = self._process.stdin
        assert stdin is not None
        if not stdin.is_closing():  # it may have failed already; then it has said why
            stdin.write(msgspec.json.encode(target) + b"\n")

    async def progress(self) -> AsyncGenerator[Progress, None]:
        """Give what it tells, until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            yield decode(line)
        if code := await self._process.wait():
            yield Failed(f"The sending process ended with {code}; what it wrote stands above.")


@asynccontextmanager
async def started(module: str, job: object) -> AsyncIterator[Child]:
    """Run `python -m module` on a job: it makes ready, then waits for its target; it ends with the context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for this process, which then ends the other
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(job) + b"\n")
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
