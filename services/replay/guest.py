"""`desireline replay` without --to: a file replayed into an embedded installation, by a sending process beside it."""

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing

from rich.console import Console

from services.embedded.access import Access
from services.replay.answer import Answer
from services.replay.child import started
from services.replay.message import Target
from services.replay.replay import Replay
from services.replay.sender import SendError
from services.replay.shown import show, show_problems


class ReplayGuest:
    """Replays a file while the installation runs, shows the answer, and goes or stays."""

    def __init__(self, replay: Replay, console: Console, *, stays: bool) -> None:
        self._replay = replay
        self._console = console
        self._stays = stays

    async def __call__(self, coming: Awaitable[Access]) -> None:
        async with started("services.replay", self._replay) as child:
            access = await coming
            child.send_to(Target(access.url, access.write_key))
            async with aclosing(child.progress()) as told:
                finished = await show(told, self._console, "Replaying (events)")
        show_problems(finished, self._console)
        if not finished.acknowledged:
            raise SendError("Not one event of the file could be used: see the reasons above, and --map.")
        answer = await Answer.ask(access.url, access.read_key, finished.since, finished.until)
        answer.show(self._console)
        if self._stays:
            self._console.print(f"Served at {access.url} until Ctrl-C. Read key of this run: {access.read_key}")
            await asyncio.Event().wait()
