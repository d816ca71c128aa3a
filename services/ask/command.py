"""What `desireline ask` does: find the installation, ask it, show the answer."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from services.ask.caller import Caller
from services.ask.errors import CannotAsk
from services.ask.questions import find_question, has_table, questions_in, read_words, taken_by
from services.ask.shown import show_answer, show_document
from services.ask.whose import meant
from services.embedded.folder import Holder
from services.embedded.projects import Projects
from services.embedded.reach import House, server_of, store_of
from services.settings import Settings


@dataclass(frozen=True)
class Wish:
    """What was written on the command line; a question of '' asks which there are."""

    question: str
    words: Sequence[str]
    form: str
    project: str

    @property
    def is_for_help(self) -> bool:
        """Whether it is about asking, and not about what happened."""
        return not self.question or "--help" in self.words


async def ask(settings: Settings, url: str, key: str, wish: Wish, console: Console) -> None:
    """Ask the installation named, else the one of the data folder. Raises CannotAsk, CannotStart or StoreError.

    What can be asked is told without an installation.
    """
    if wish.is_for_help and not url:
        from services.ask.here import document_here  # as below

        return explain(document_here(), wish, console)
    async with AsyncExitStack() as reaching:
        if not url:
            url, key = await _reached(settings, wish.project, key, reaching)
        if not key:
            raise CannotAsk("Which key? Give a read key of the project with --key.")
        client = await reaching.enter_async_context(Caller(url, key))
        return await _ask(client, wish, console)


async def _ask(client: Caller, wish: Wish, console: Console) -> None:
    document = msgspec.json.decode(await client.fetch("/openapi.json", []))
    if wish.is_for_help:
        return explain(document, wish, console)
    known = questions_in(document)
    name, path = find_question(wish.question, known)
    question = known[name]
    given, title = read_words(wish.words, taken_by(question)), " ".join([wish.question, *wish.words])
    if not has_table(question):
        return _show_document(title, await client.fetch(f"/v1/{path}", given), wish.form, console)
    form = "csv" if wish.form == "table" else wish.form
    answer = await client.fetch(f"/v1/{path}", [*given, ("format", form)])
    if wish.form == "table":
        return show_answer(title, answer.decode(), console)
    return print(answer.decode(), end="")


def _show_document(title: str, answer: bytes, form: str, console: Console) -> None:
    """An answer that is to be had as JSON only."""
    if form == "csv":
        raise CannotAsk("This question has no table: ask without --csv, or with --json.")
    if form == "json":
        return print(answer.decode(), end="")
    return show_document(title, msgspec.json.decode(answer), console)


async def _reached(settings: Settings, project: str, key: str, reaching: AsyncExitStack) -> tuple[str, str]:
    """Where the data folder is served, and a key that lives as long as that process; else it is served here."""
    holder = server_of(settings.data_dir)
    if holder is not None:
        return holder.url, key or await _lent(holder, project)
    from services.ask.here import served_here  # loads the whole API: seldom needed

    store = reaching.enter_context(store_of(settings))
    return await reaching.enter_async_context(served_here(settings, store, project))


async def _lent(holder: Holder, project: str) -> str:
    """A read key of the project that is meant."""
    there = await House(holder, "projects").ask("", None, Projects)
    return await House(holder, "key").ask("", meant(project, there.known, there.own), str)


def explain(document: Mapping[str, Any], wish: Wish, console: Console) -> None:
    """Which questions an API's document has, or what one of them takes. Raises CannotAsk where there is no such one."""
    known = questions_in(document)
    if not wish.question:
        return list_questions(known, console)
    name, _ = find_question(wish.question, known)
    return list_parameters(name, known[name], console)


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
    for parameter in taken_by(question).values():
        table.add_row(f"--{parameter['name'].replace('_', '-')}", parameter.get("description", ""))
    console.print(f"desireline ask {name}: {question['description']}\n")
    console.print(table)


def run(settings: Settings, url: str, key: str, wish: Wish) -> None:
    """The command."""
    asyncio.run(ask(settings, url, key, wish, Console()))
