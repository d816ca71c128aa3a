"""`desireline rejudge` and `learn`: what the commands take and do. Imports come late, so that help is quick."""

import gc
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.options import Data, settings_of

if TYPE_CHECKING:
    from services.core.journey import Journey
    from services.rejudge.run import Run


GC_THRESHOLD = (2_000, 10_000, 100)
"""As a stages worker's: sessions hold no cycles, and by default much of the time goes into looking for some."""

Project = Annotated[str, typer.Option(help="The project.")]


def rejudge(
    journey: Annotated[str, typer.Option(help="The new journey file, or the name of a ready-made one.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Sessions that ended on this day or later.")],
    project: Project = "default",
    apply: Annotated[bool, typer.Option("--apply", help="Make it true, after showing it.")] = False,
    everything: Annotated[
        bool, typer.Option("--everything", help="Also what the file leaves as it was, as after an upgrade.")
    ] = False,
    data: Data = None,
) -> None:
    """Judge stored events by another journey: show what would change, and with --apply make it true.

    Broken off, it goes on where it was when called again; --apply uses what was judged before.
    """
    from services.edges.journey_file import named_journey
    from services.rejudge.archive import archive_of
    from services.rejudge.run import Run

    chosen = named_journey(journey)
    with archive_of(settings_of(data_dir=data)) as archive:
        _run(Run(archive, project, chosen, since.date(), everything=everything), chosen, apply=apply)


def learn(
    journey: Annotated[Path, typer.Option(help="The journey file for which to learn.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From sessions opened on this day or later.")],
    project: Project = "default",
    least: Annotated[int, typer.Option(min=20, help="Fewest people that a threshold is learned from.")] = 100,
    write: Annotated[bool, typer.Option("--write", help="Put it beside the journey file, as part of it.")] = False,
    data: Data = None,
) -> None:
    """Learn how long people stay in stages and think before fields, for `stage_stall` and `hesitation`.

    What is learned has a file of its own, and is part of the journey's version: nothing that was judged before
    changes, unless you rejudge it.
    """
    from services.core.learning import Learning
    from services.edges.history import acts_beside_paths, walks
    from services.edges.journey_file import learned_file, learned_text, load_journey
    from services.rejudge.archive import archive_of

    learning = Learning(load_journey(journey).places, least)
    day = since.date().isoformat()
    with archive_of(settings_of(data_dir=data)) as archive:
        for visitor, acts in acts_beside_paths(archive, project, day):
            learning.watch(visitor, acts)
        for walk in walks(archive, project, day):
            learning.see(walk)
    text = learned_text(learning.learned())
    if not write:
        typer.echo(text, nl=False)
        return
    learned_file(journey).write_text(text, encoding="utf-8")
    typer.echo(f"{learned_file(journey)}: written. The journey is version {load_journey(journey).version} now.")


def _run(run: "Run", journey: "Journey", *, apply: bool) -> None:
    from rich.console import Console

    from services.rejudge.shown import show
    from services.replay.shown import bar

    gc.set_threshold(*GC_THRESHOLD)
    console = Console()
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
