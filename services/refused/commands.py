"""`desireline refused list | replay`: what the commands take and say. Imports come late, so that help is quick."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from services.options import Data, settings_of

if TYPE_CHECKING:
    from services.edges.refused import Wanted
    from services.refused.replay import KeyOf
    from services.settings import Settings

Project = Annotated[str, typer.Option(help="Only of this project. [default: all, and what belongs to none]")]
Why = Annotated[str, typer.Option("--reason", help="Only for this reason, such as `clock` or `failed`.")]
Since = Annotated[datetime | None, typer.Option(help="Only refused since then (UTC).")]
Until = Annotated[datetime | None, typer.Option(help="Only refused before then (UTC).")]


def list_refused(
    project: Project = "",
    reason: Why = "",
    since: Since = None,
    until: Until = None,
    replayed: Annotated[bool, typer.Option("--all", help="Also those that were sent again and taken.")] = False,
    limit: Annotated[int, typer.Option(min=0, max=10_000, help="How many to show, newest first.")] = 20,
    data: Data = None,
) -> None:
    """Show how many events were refused for which reason, and the newest of them with their bytes."""
    import asyncio

    from rich.console import Console

    from services.refused.shelf import Shelf, shelf_of

    wanted = _wanted(project, reason, since, until, replayed=replayed)

    async def ask(shelf: Shelf) -> None:
        from services.refused.shown import show_counts, show_events

        console = Console()
        show_counts(await shelf.counts(wanted), console)
        show_events(await shelf.newest(wanted, limit) if limit else [], console)

    with shelf_of(settings_of(data_dir=data)) as shelf:
        asyncio.run(ask(shelf))


def replay_refused(
    project: Project = "",
    reason: Why = "",
    since: Since = None,
    until: Until = None,
    to: Annotated[str, typer.Option(help="Address of ingest. [default: of the running installation]")] = "",
    key: Annotated[str, typer.Option(help="With --project: its write key. [default: from the keys file]")] = "",
    data: Data = None,
) -> None:
    """Send refused events again, so that they are taken now. Harmless to repeat: an event counts once."""
    import asyncio

    from rich.console import Console

    from services.refused.shelf import shelf_of

    if key and not project:
        raise typer.BadParameter("a key is of one project: name it with --project", param_hint="--key")
    settings, wanted = settings_of(data_dir=data), _wanted(project, reason, since, until)
    console = Console()
    with shelf_of(settings) as shelf:
        from services.refused.replay import Replay
        from services.refused.shown import replaying, show_outcome

        url = to or _address(settings)
        total = sum(count.events for count in asyncio.run(shelf.counts(wanted)))
        with replaying(console, total) as tell:
            outcome = asyncio.run(Replay(shelf, url, _keys(settings, key), tell).run(wanted))
    show_outcome(outcome, console)


def _wanted(
    project: str, reason: str, since: datetime | None, until: datetime | None, *, replayed: bool = False
) -> "Wanted":
    from services.core.refusal import Reason
    from services.edges.refused import LATEST, Wanted

    if reason and reason not in set(Reason):
        raise typer.BadParameter(f"{reason!r} is none of {', '.join(Reason)}", param_hint="--reason")
    return Wanted(project, reason, _millis(since) or 0, _millis(until) or LATEST, replayed)


def _millis(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)


def _address(settings: "Settings") -> str:
    """Of the process that serves the data folder; else where ingest serves by these settings."""
    from services.embedded.errors import CannotStart
    from services.embedded.folder import holder_of

    if holder := holder_of(settings.data_dir):
        return holder.url
    if "clickhouse" in settings.model_fields_set:
        return f"http://{settings.host}:{settings.port}"
    raise CannotStart(f"Nobody serves {settings.data_dir}. Start it with `desireline up`, or name ingest with --to.")


def _keys(settings: "Settings", key: str) -> "KeyOf":
    from services.core.key import Kind, Right
    from services.edges.keyring import Keyring
    from services.replay.sender import SendError

    file = settings.keys_path

    def key_of(project: str, historical: bool) -> str:
        if key:
            return key
        for known in Keyring(file).keys:
            if (
                known.kind is Kind.WRITE
                and known.project == project
                and (known.may(Right.HISTORICAL) or not historical)
            ):
                return known.public
        right = " --historical" if historical else ""
        raise SendError(
            f"{file} has no write key{right and ' that may send history'} of project {project}. Make one"
            f" (desireline keys create write --project {project}{right}), or give --project and --key."
        )

    return key_of
