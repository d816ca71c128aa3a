"""A sending process of its own (`python -m services.replay`), so that sending never holds up the serving loop.

On standard input come two lines of JSON: what to send, then where to. A command line would show the key to everybody.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from services.replay.mapping import MappingError
from services.replay.message import Target
from services.replay.progress import Failed, Progress, tell
from services.replay.replay import Replay
from services.replay.sender import SendError


class Job(Protocol):
    """Something to send."""

    async def run(self, target: Callable[[], Target], tell: Callable[[Progress], None]) -> None:
        """Make ready, ask for the target, send. Raises MappingError, SendError or OSError."""
        ...


def main(kind: type[Any]) -> None:
    """Read a job of a kind, run it to its end, and tell a failure in a sentence."""
    job: Job = msgspec.json.decode(_told(), type=kind)
    try:
        asyncio.run(job.run(_target, tell))
    except (MappingError, SendError) as error:
        tell(Failed(str(error)))
    except OSError as error:
        tell(Failed(f"Reading or sorting failed: {error}. Free the disk or mend the file, then replay it again."))


def _target() -> Target:
    return msgspec.json.decode(_told(), type=Target)


def _told() -> bytes:
    line = sys.stdin.buffer.readline()
    if not line:
        sys.exit(0)  # whoever started us is gone
    return line


if __name__ == "__main__":
    main(Replay)
