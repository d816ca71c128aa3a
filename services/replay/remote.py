"""`desireline replay --to`: a file replayed into an installation that runs elsewhere."""

import asyncio
from contextlib import aclosing

import aiohttp
from rich.console import Console

from services.replay.answer import Answer
from services.replay.child import started
from services.replay.mapping import MappingError
from services.replay.message import Target
from services.replay.replay import Replay
from services.replay.sender import SendError
from services.replay.shown import show, show_problems


def replay_to(replay: Replay, url: str, key: str, read_key: str, console: Console) -> None:
    """Send the file and, with a read key, show the answer. Raises MappingError or SendError."""
    if not key:
        raise MappingError("--to needs --key: a write key of that installation with the right `historical`.")
    asyncio.run(_replay_to(replay, Target(url, key), read_key, console))


async def _replay_to(replay: Replay, target: Target, read_key: str, console: Console) -> None:
    async with started("services.replay", replay) as child:
        child.send_to(target)
        async with aclosing(child.progress()) as told:
            finished = await show(told, console, "Replaying (events)")
    show_problems(finished, console)
    if not read_key:
        console.print("Give --read-key to see what these events say.")
        return
    try:
        answer = await Answer.ask(target.url, read_key, finished.since, finished.until)
    except aiohttp.ClientError as error:
        raise SendError(f"All is sent, but {target.url} does not answer: {error}.") from None
    answer.show(console)
