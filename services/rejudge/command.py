"""`desireline rejudge`: what the command takes and does. Imports come late, so that help is quick."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.core.journey import Journey
    from services.edges.history import Archive


def rejudge(
    journey: Annotated[str, typer.Option(help="The new journey file, or the name of a ready-made one.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Sessions that ended on this day or later.")],
    project: Annotated[str, typer.Option(help="The project.")] = "default",
    apply: Annotated[bool, typer.Option("--apply", help="Make it true, after showing it.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="Data folder. [default: desireline-data]")] = None,
) -> None:
    """Judge stored events by another journey: show what would change, and with --apply make it true.

    Broken off, it goes on where it was when called again; --apply uses what was judged before.
    """
    from services.edges.journey_file import named_journey
    from services.rejudge.archive import archive_of
    from services.settings import Settings

    settings = Settings() if data is None else Settings(data_dir=data)
    chosen = named_journey(journey)
    with archive_of(settings) as archive:
        _run(archive, project, chosen, since, apply=apply)


def _run(archive: "Archive", project: str, journey: "Journey", since: datetime, *, apply: bool) -> None:
    from rich.console import Console

    from services.rejudge.run import Run
    from services.rejudge.shown import show
    from services.replay.shown import bar

    console = Console()
    run = Run(archive, project, journey, since.date())
    with bar(console) as progress:
        task = progress.add_task("Judging (events)", total=None)
        difference = run.judge(
            datetime.now(UTC), lambda done, total: progress.update(task, completed=done, total=total)
        )
    show(difference, journey, console)
    if not apply:
        console.print("Nothing was changed. With --apply this becomes true.")
        return
    with bar(console) as progress:
        task = progress.add_task("Applying (days)", total=None)
        run.apply(lambda done, total: progress.update(task, completed=done, total=total))
    console.print(f"Applied: answers are given by version {journey.version} now.", highlight=False)
