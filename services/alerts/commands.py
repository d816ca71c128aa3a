"""`desireline alerts …`: what the commands take and do. Imports come late, so that help is quick."""

from typing import Annotated

import typer

from services.options import Data, JourneyName, journey_of, settings_of

Project = Annotated[str, typer.Option(help="Of which project.")]


def try_alerts(
    receiver: Annotated[str, typer.Option(help="Only to this one. [default: all]")] = "", journey: JourneyName = None
) -> None:
    """Send a test message to the receivers, and say what became of it."""
    import asyncio

    from services.alerts.trial import try_receivers

    settings = settings_of()
    outcomes = asyncio.run(try_receivers(journey_of(journey, settings), settings, receiver))
    for name, outcome in outcomes:
        typer.echo(f"{name}: {outcome or 'sent'}")
    if not outcomes:
        typer.echo("There are no receivers. Name them in DESIRELINE_RECEIVERS.", err=True)
    if not outcomes or any(outcome for _, outcome in outcomes):
        raise typer.Exit(1)


def list_alerts(
    project: Project = "default",
    days: Annotated[int, typer.Option(min=1, help="Those that went on within so many days.")] = 7,
    journey: JourneyName = None,
    data: Data = None,
) -> None:
    """Show incidents, the newest first, with the ids that `snooze` takes."""
    import time

    from rich.console import Console

    from services.alerts.board import board_of
    from services.alerts.shown import show_incidents

    settings = settings_of(data_dir=data)
    with board_of(settings) as board:
        found = board.recent(project, int(time.time()) // 3600 - days * 24)
    show_incidents(found, journey_of(journey, settings), Console())


def snooze_alert(
    incident: Annotated[str, typer.Argument(help="The incident's id.")],
    for_: Annotated[str, typer.Option("--for", help="For how long: 30m, 4h, 2d.")] = "4h",
    project: Project = "default",
    data: Data = None,
) -> None:
    """Send nothing of an incident for a while; it goes on being watched."""
    from services.alerts.board import board_of, snoozed_until
    from services.core.duration import parse_duration

    try:
        seconds = parse_duration(for_).total_seconds()
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from None
    with board_of(settings_of(data_dir=data)) as board:
        if incident not in {one.id for one in board.recent(project, 0)}:
            typer.echo(f"{project} has no incident {incident}: `desireline alerts list` shows which it has.", err=True)
            raise typer.Exit(1)
        board.snooze(snoozed_until(project, incident, seconds))
    typer.echo(f"Nothing is told of {incident} for {for_}.")


def backtest_alerts(
    project: Annotated[str, typer.Option(help="Replay this project's history. [default: simulated series]")] = "",
    series: Annotated[int, typer.Option(min=25, help="Simulated series of four weeks.")] = 500,
    seed: Annotated[int, typer.Option(help="Other seeds draw other series.")] = 1,
    journey: JourneyName = None,
    data: Data = None,
) -> None:
    """Judge history by the rule: what would have been told, and how often falsely."""
    from rich.console import Console

    settings = settings_of(data_dir=data)
    chosen = journey_of(journey, settings)
    if project:
        from services.alerts.backtest import backtest
        from services.alerts.shown import show_backtest
        from services.embedded.reach import store_of

        with store_of(settings) as store:
            show_backtest(backtest(chosen, store, project, seed), Console())
        return
    from services.alerts.proof import prove
    from services.alerts.shown import show_falseness, show_faults, show_power

    console = Console()
    with console.status("Drawing and judging series …"):
        proof = prove(chosen.alerts, series, seed)
    show_falseness(proof.falseness, proof.allowed, console)
    show_power(proof.power, proof.peers, console)
    show_faults(proof.faults, console)
    if proof.falseness[0][1].false_a_week > proof.allowed:
        raise typer.Exit(1)
