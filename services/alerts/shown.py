"""What the commands about alerts print."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import mean

from rich.console import Console
from rich.table import Table

from services.alerts.backtest import Backtest, Firing
from services.alerts.faults import SOON, Tally
from services.alerts.peers import Peer
from services.alerts.proof import FREQUENT, LASTS, Power, Truthfulness
from services.core.journey import Journey
from services.core.spikes.incident import Incident
from services.core.spikes.telling import began, tell


def show_incidents(incidents: Sequence[Incident], journey: Journey, console: Console) -> None:
    """The newest first."""
    for one in incidents:
        told = tell(one, journey)
        since = f"{began(one, journey):%Y-%m-%d %H:%M} ({journey.time_zone})"
        console.print(f"[bold]{one.state}[/] since {since}  {told.title}", highlight=False)
        console.print(f"  {told.sentence}\n  id {one.id}", highlight=False)
    if not incidents:
        console.print("No incidents.")


def show_backtest(result: Backtest | None, console: Console) -> None:
    if result is None:
        console.print("There is less than a week of history: nothing is usual yet.")
        return
    console.print(f"{result.weeks:.1f} weeks judged, {result.cells} cells. It would have told:")
    for firing in result.firings:
        console.print(f"  {_said(firing)}", highlight=False)
    console.print(
        f"{len(result.firings)} incidents; on the same history with its weeks shuffled {result.shuffled}, all of them "
        f"false ({result.shuffled / result.weeks:.2f} a week)."
    )

    table = Table(title="Beside rules of others on the same hours, each cell for itself")
    for column in ("rule", "told", "on shuffled weeks", "of these a week"):
        table.add_column(column, justify="left" if column == "rule" else "right")
    for name, told, false in (("ours", len(result.firings), result.shuffled), *result.peers):
        table.add_row(name, str(told), str(false), f"{false / result.weeks:.2f}")
    console.print(table)


def _said(firing: Firing) -> str:
    reading = firing.named.reading
    detector, stage, job = firing.named.cell
    return (
        f"{_time(firing.hour)}  {detector} in {stage or 'the journey'}{f' for {job}' if job else ''}: "
        f"{reading.window.affected} of {reading.window.exposed}, usual {reading.expected.rate:.0%}, "
        f"{firing.cells} cell(s)"
    )


def show_falseness(told: Iterable[tuple[str, Truthfulness]], allowed: float, console: Console) -> None:
    """Each rule's false incidents on the same simulated series."""
    table = Table(title=f"False incidents a week of a project in which nothing is wrong (allowed: {allowed:g})")
    for column in ("rule", "a week", "in all", "project weeks"):
        table.add_column(column, justify="left" if column == "rule" else "right")
    for name, one in told:
        table.add_row(name, f"{one.false_a_week:.3f}", str(one.false_incidents), f"{one.weeks:.0f}")
    console.print(table)


def show_power(rows: Sequence[Power], peers: Iterable[Peer], console: Console) -> None:
    """How much of what was planted each rule found."""
    table = Table(title=f"Found within {LASTS} windows, of what was planted in cells with at least 100 exposed an hour")
    for column in ("lift", "usual rate", "planted", "ours", *(peer.name for peer in peers), "who knows"):
        table.add_column(column, justify="right")
    for one in rows:
        shares = (_share(found) for found in (one.ours, *one.peers, one.limit))
        table.add_row(f"{one.lift - 1:+.0%}", f"{one.rate:.0%}", str(len(one.ours)), *shares)
    console.print(table)
    console.print(
        "Who knows: our rule, told each hour's true usual rate and how much rates vary, instead of learning them."
    )
    _show_whole("All of it", rows, console)
    _show_whole(
        f"Where the usual rate is {FREQUENT:.0%} and more", [one for one in rows if one.rate >= FREQUENT], console
    )


def _show_whole(name: str, rows: Sequence[Power], console: Console) -> None:
    ours, limit = [found for one in rows for found in one.ours], [found for one in rows for found in one.limit]
    if ours:
        console.print(f"{name}: {_share(ours)} of {len(ours)} found, {_share(limit)} by who knows (aim 0.9).")


def _share(found: Sequence[bool]) -> str:
    return f"{mean(found):.2f}"


def show_faults(tallies: Sequence[Tally], console: Console) -> None:
    """Of faults that several cells feel: how many were one incident, and by the right name."""
    table = Table(
        title=f"Of the faults found within {SOON} windows: told as one incident, and by the narrowest right name"
    )
    for column in ("fault of", "lift", "planted", "found", "one incident", "rightly named"):
        table.add_column(column, justify="left" if column == "fault of" else "right")
    for one in tallies:
        counts = (one.planted, one.found, one.one, one.right)
        table.add_row(one.kind, f"{one.lift - 1:+.0%}", *map(str, counts))
    console.print(table)
    found = sum(one.found for one in tallies)
    if found:
        alone, right = sum(one.one for one in tallies), sum(one.right for one in tallies)
        console.print(
            f"Exactly one incident: {alone / found:.3f} ({alone} of {found}). "
            f"Rightly named: {right / found:.3f} ({right} of {found})."
        )


def _time(hour: int) -> str:
    return f"{datetime.fromtimestamp(hour * 3600, UTC):%Y-%m-%d %H:%M} UTC"
