"""What a trial came to, as tables for a person."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.check.told import Answer, Judged, Reason
from services.core.job import UNASSIGNED

MOST_LINES = 15
MOST_EXAMPLES = 6


def show(answer: Answer, console: Console) -> None:
    """Print the whole answer."""
    sessions = len(answer.sessions)
    console.print(f"{answer.events:,} events of {answer.visitors:,} visitors make {sessions:,} sessions.")
    _show_left_out(answer, console)
    if not sessions:
        return
    stages = [[one.stage or "(no stage)", f"{one.sessions:,}", f"{one.share:.0%}"] for one in answer.stages]
    _table(console, "Furthest stage of each session", ["stage", "sessions", "share"], stages)
    _table(
        console,
        "Jobs assigned",
        ["job", "sessions", "share", "median confidence", "done"],
        (
            [
                one.job + ("" if one.primary or one.job == UNASSIGNED else " (secondary)"),
                f"{one.sessions:,}",
                f"{one.share:.0%}",
                f"{one.confidence:.2f}" if one.sessions else "",
                f"{one.done:,}" if one.job != UNASSIGNED else "",
            ]
            for one in answer.jobs
        ),
    )
    rules = ([one.rule, one.says, f"{one.weight:g}", f"{one.sessions:,}", _tops(one.events)] for one in answer.rules)
    title = "Why: what speaks for each job, and the events that met it"
    _table(console, title, ["rule", "says", "weight", "sessions", "met by"], rules)
    _table(
        console,
        "Friction",
        ["detector", "findings", "sessions", "intended", "where"],
        (
            [one.detector, f"{one.findings:,}", f"{one.sessions:,}", f"{one.intended:,}", _tops(one.places)]
            for one in answer.findings
        ),
    )
    _table(
        console,
        "Events for which no stage and no job has a rule",
        ["event", "times", "looked at by detectors"],
        ([one.name, f"{one.events:,}", "yes" if one.watched else "no"] for one in answer.unmatched[:MOST_LINES]),
    )
    for one in _examples(answer.sessions):
        _show_session(one, console)


def _show_left_out(answer: Answer, console: Console) -> None:
    if answer.left_out:
        console.print(f"[yellow]{len(answer.left_out):,} lines left out:[/]")
        for one in answer.left_out[:MOST_LINES]:
            console.print(f"  {one}", markup=False, highlight=False)
        if len(answer.left_out) > MOST_LINES:
            console.print(f"  … and {len(answer.left_out) - MOST_LINES:,} more.")


def _table(console: Console, title: str, columns: list[str], rows: Iterable[list[str]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in {"sessions", "share"} else "left")
    for row in rows:
        table.add_row(*map(escape, row))
    if table.row_count:
        console.print(table)


def _tops(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in list(counts.items())[:3])


def _examples(sessions: list[Judged]) -> Iterator[Judged]:
    """Sessions of as many kinds as there are."""
    kinds = {(one.job, one.stage): one for one in reversed(sessions)}
    yield from sorted(kinds.values(), key=lambda one: one.started_at)[:MOST_EXAMPLES]


def _firsts(one: Judged) -> Iterator[Reason]:
    """Why each place of a path was entered, where it first was."""
    seen: set[str] = set()
    for place, why in zip(one.path, one.path_reasons, strict=True):
        if place not in seen:
            seen.add(place)
            yield why


def _show_session(one: Judged, console: Console) -> None:
    lines = [f"{one.visitor}, {one.started_at}: {' → '.join(one.path) or 'no stage'}"]
    lines += [f"    {why.rule} ← {why.name}" for why in _firsts(one)]
    lines.append(f"  job {one.job} ({one.confidence:.2f})" + (f", done by {one.done_by}" if one.done_by else ""))
    lines += [f"    {why.rule} ← {why.name}" for why in one.reasons]
    for found in one.findings:
        because = f", {found.cause}" if found.cause else ""
        lines.append(f"  {found.detector} in {found.place}{because} ← {', '.join(found.evidence)}")
    console.print("\n".join(lines), markup=False, highlight=False)
