"""A sending process of its own (`python -m services.replay`), so that sending never holds up the serving loop.

What to do comes as one JSON object on standard input: a command line would show the key to everybody.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from services.replay.mapping import MappingError
from services.replay.progress import Failed, Progress, tell
from services.replay.replay import Replay
from services.replay.sender import SendError


def run(send: Callable[[Callable[[Progress], None]], Coroutine[Any, Any, None]]) -> None:
    """Run one sending to its end, telling a failure in a sentence."""
    try:
        asyncio.run(send(tell))
    except (MappingError, SendError) as error:
        tell(Failed(str(error)))
    except OSError as error:
        tell(Failed(f"Reading or sorting failed: {error}. Free the disk or mend the file, then replay it again."))


if __name__ == "__main__":
    run(msgspec.json.decode(sys.stdin.buffer.read(), type=Replay).run)
