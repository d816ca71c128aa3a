"""A sending process shown to a person: one progress bar, and at the end what did not make it."""

from collections.abc import AsyncIterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.replay.progress import Failed, Finished, Reading, Sending
from services.replay.progress import Progress as Told
from services.replay.sender import SendError


def bar(console: Console) -> Progress:
    """The bar; a file or a pipe gets only its last state."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


async def show(told: AsyncIterator[Told], console: Console, sending: str) -> Finished:
    """Show what is told until the end. Raises SendError with the sentence of a failure."""
    with bar(console) as progress:
        task = progress.add_task(sending, total=None)
        async for one in told:
            match one:
                case Reading(done, size):
                    progress.update(task, description="Reading the file (bytes)", completed=done, total=size)
                case Sending(done, total):
                    progress.update(task, description=sending, completed=done, total=total or None)
                case Failed(sentence):
                    raise SendError(sentence)
                case Finished():
                    return one
    raise SendError("The sending process ended without a word. Replay again: what is stored already counts once.")


def show_problems(finished: Finished, console: Console) -> None:
    """Say how much was taken and what was not, with the first reasons."""
    rate = finished.acknowledged / max(finished.seconds, 0.001)
    console.print(f"{finished.acknowledged:,} events in {finished.seconds:.1f} s ({rate:,.0f} a second).")
    if left_out := finished.broken + finished.refused:
        console.print(
            f"[yellow]{left_out:,} left out:[/] {finished.broken:,} lines that are no events,"
            f" {finished.refused:,} events refused."
        )
        for problem in finished.problems:
            console.print(f"  {problem.where}: {problem.reason}", markup=False, highlight=False)
        if left_out > len(finished.problems):
            console.print(f"  … and {left_out - len(finished.problems):,} more.")
