"""Refused events shown to a person. What came is text to be shown and never markup or a terminal's commands."""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.core.refusal import reason_named
from services.edges.refused import Count, Refused
from services.refused.replay import Replayed
from services.replay.shown import bar

RAW_SHOWN = 200


def show_counts(counts: Sequence[Count], console: Console) -> None:
    """A line for each project and reason, with what to do."""
    if not counts:
        console.print("Nothing was refused.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("project")
    table.add_column("reason")
    table.add_column("events", justify="right")
    table.add_column("what to do")
    for count in counts:
        table.add_row(plain(count.project or "(none)"), plain(count.reason), f"{count.events:,}", advice(count.reason))
    console.print(table)


def show_events(events: Sequence[Refused], console: Console) -> None:
    for event in events:
        at = datetime.fromtimestamp(event.at / 1000, UTC).isoformat(timespec="milliseconds")
        whose = event.project or "(no project)"
        console.print(plain(f"{at}  {whose}  {event.reason}: {event.detail}"), style="bold", soft_wrap=True)
        console.print(plain(f"  {readable(event.raw)}"), soft_wrap=True)


@contextmanager
def replaying(console: Console, total: int) -> Iterator[Callable[[Replayed], None]]:
    """A progress bar to tell how far it is."""
    with bar(console) as progress:
        task = progress.add_task("Replaying (events)", total=total)
        yield lambda outcome: progress.update(task, completed=outcome.done)


def show_outcome(outcome: Replayed, console: Console) -> None:
    console.print(
        f"{outcome.taken:,} taken, {outcome.refused.total():,} refused again, {outcome.unsendable:,} not sent."
    )
    for reason, count in outcome.refused.most_common():
        console.print(plain(f"  {count:,} {reason}: {outcome.examples[reason]}. ").append(advice(reason)))
    if outcome.unsendable:
        console.print(plain(f"  {outcome.unsendable:,} cannot be sent: {outcome.examples['unsendable']}."))


def advice(reason: str) -> Text:
    known = reason_named(reason)
    return Text(known.remedy if known else "")


def readable(raw: bytes) -> str:
    """The beginning of what came: as text where it is text, else base64."""
    try:
        said = raw.decode()
    except UnicodeDecodeError:
        said = f"base64:{base64.b64encode(raw).decode()}"
    return said if len(said) <= RAW_SHOWN else f"{said[:RAW_SHOWN]}…"


def plain(text: str) -> Text:
    """The text with what could command the terminal made visible."""
    return Text("".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text))
