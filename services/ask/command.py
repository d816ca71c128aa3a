"""What `desireline ask` does: find the installation, ask it, show the answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from rich.console import Console
from rich.table import Table

from services.ask.caller import Caller
from services.ask.errors import CannotAsk
from services.ask.questions import questions_in, read_words, taken_by
from services.ask.shown import show_answer
from services.embedded.folder import holder_of
from services.settings import Settings


@dataclass(frozen=True)
class Wish:
    """What was written on the command line; a question of '' asks which there are."""

    question: str
    words: Sequence[str]
    form: str
    project: str


async def ask(settings: Settings, url: str, key: str, wish: Wish, console: Console) -> None:
    """Ask the installation named, else the one that serves the data folder. Raises CannotAsk."""
    if not url:
        url, key = await _served(settings, wish.project, key)
    if not key:
        raise CannotAsk("Which key? Give a read key of the project with --key.")
    async with Caller(url, key) as client:
        known = questions_in(msgspec.json.decode(await client.fetch("/openapi.json", [])))
        if not wish.question:
            return list_questions(known, console)
        if wish.question not in known:
            raise CannotAsk(f"There is no question {wish.question!r}; there are {', '.join(known)}.")
        if "--help" in wish.words:
            return list_parameters(wish.question, known[wish.question], console)
        given = read_words(wish.words, taken_by(known[wish.question]))
        form = "csv" if wish.form == "table" else wish.form
        answer = await client.fetch(f"/v1/{wish.question}", [*given, ("format", form)])
    if wish.form == "table":
        return show_answer(" ".join([wish.question, *wish.words]), answer.decode(), console)
    return print(answer.decode(), end="")


async def _served(settings: Settings, project: str, key: str) -> tuple[str, str]:
    """Where the data folder is served, and a key that lives as long as that process."""
    holder = holder_of(settings.data_dir)
    if holder is None or not holder.url:
        raise CannotAsk(
            f"Nobody serves {settings.data_dir}. Start it with `desireline up`, or say where to ask: --url, --key."
        )
    if key:
        return holder.url, key
    headers = {"Authorization": f"Bearer {holder.key}"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers, raise_for_status=True) as session,
            session.post(f"{holder.url}/house/key", data=msgspec.json.encode(project)) as response,
        ):
            return holder.url, msgspec.json.decode(await response.read(), type=str)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CannotAsk(f"The installation at {holder.url} did not answer: {error}. Try again.") from None


def list_questions(known: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    """Which questions there are."""
    table = Table.grid(padding=(0, 2))
    for name, question in known.items():
        table.add_row(name, str(question["description"]).partition("\n")[0])
    console.print(table)
    console.print("\nWhat a question takes: desireline ask QUESTION --help", style="dim")


def list_parameters(name: str, question: Mapping[str, Any], console: Console) -> None:
    """What a question takes."""
    table = Table.grid(padding=(0, 2))
    for parameter in question["parameters"]:
        table.add_row(f"--{parameter['name'].replace('_', '-')}", parameter.get("description", ""))
    console.print(f"desireline ask {name}: {question['description']}\n")
    console.print(table)


def run(settings: Settings, url: str, key: str, wish: Wish) -> None:
    """The command."""
    asyncio.run(ask(settings, url, key, wish, Console()))
