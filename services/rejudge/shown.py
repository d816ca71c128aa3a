"""What rejudging would change, shown to a person."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from services.core.journey import Journey
from services.rejudge.difference import Difference, Moves


def show(difference: Difference, journey: Journey, console: Console) -> None:
    """Print the funnel, the stages, the jobs and the findings, each as it is and as it would be."""
    console.print(
        f"{difference.sessions:,} sessions judged by journey {journey.journey}, version {journey.version}: "
        f"{difference.new:,} cut anew, {difference.withdrawn:,} no longer there, {difference.done_now:,} with "
        f"their job done ({difference.done_before:,} before).",
        highlight=False,
        soft_wrap=True,
    )
    stages = [stage.name for stage in journey.stages]
    console.print(_funnel(difference, stages))
    for title, moves in (("Stages", difference.stages), ("Jobs", difference.jobs)):
        console.print(_moves(f"{title} of sessions that change", moves))
    console.print(_findings(difference))
    if difference.left:
        console.print(
            f"{difference.left:,} sessions are still in the hands of the stages workers and left to them. Start these"
            " with the new journey; an hour later rejudge again, which takes what was left.",
            soft_wrap=True,
        )
    if difference.unread:
        console.print(f"{difference.unread:,} events could not be read by the new journey and were left out.")


def _funnel(difference: Difference, stages: Sequence[str]) -> Table:
    """Sessions that came to each stage or beyond; of a stage that only one journey has, there is one number."""
    moves, renamed = difference.stages, difference.renamed
    table = _table("How far sessions get", "stage", "before", "now")
    for place, stage in enumerate(stages):
        beyond = set(stages[place:])
        before = sum(sum(moved.values()) for old, moved in moves.items() if renamed.get(old, old) in beyond)
        now = sum(count for moved in moves.values() for new, count in moved.items() if new in beyond)
        table.add_row(stage, f"{before:,}", f"{now:,}")
    return table


def _moves(title: str, moves: Moves) -> Table:
    table = _table(title, "before", "now", "sessions")
    for before, now, count in sorted(_changes(moves), key=lambda one: -one[2]):
        table.add_row(before or "none", now or "none", f"{count:,}")
    return table


def _changes(moves: Moves) -> Iterator[tuple[str, str, int]]:
    for before, moved in moves.items():
        for now, count in moved.items():
            if now != before:
                yield before, now, count


def _findings(difference: Difference) -> Table:
    table = _table("Findings", "detector", "before", "now", "come", "gone")
    for detector, found in sorted(difference.findings.items()):
        table.add_row(detector, *(f"{count:,}" for count in (found.before, found.now, found.come, found.gone)))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table
