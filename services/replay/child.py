"""The sending process as seen from the one that serves: started, listened to, and ended with it."""

import asyncio
import sys
from collections.abc import AsyncIterator

import msgspec

from services.replay.progress import Failed, Progress, decode


async def listen(module: str, job: object) -> AsyncIterator[Progress]:
    """Run `python -m module` on a job and give what it tells, until it ends. It never outlives the iteration."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for this process, which then ends the other
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(job))
        process.stdin.close()
        async for line in process.stdout:
            yield decode(line)
        if code := await process.wait():
            yield Failed(f"The sending process ended with {code}; what it wrote stands above.")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
