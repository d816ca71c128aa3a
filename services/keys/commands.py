"""`desireline keys …`: what the commands take and do. Imports come late, so that help is quick."""

from typing import Annotated

import typer

from services.options import Data, settings_of


def list_keys(data: Data = None) -> None:
    """Show the keys there are; of read and admin keys only the beginning of their digest is known."""
    from services.edges.keyring import Keyring

    for key in Keyring(settings_of(data_dir=data).keys_path).keys:
        shown = key.public or f"sha256 {key.digest[:12]}…"
        typer.echo("  ".join(filter(None, (key.kind.value, key.project, shown, " ".join(sorted(key.rights))))))


def create_key(
    kind: Annotated[str, typer.Argument(help="write, read or admin")],
    project: Annotated[str, typer.Option(help="The project it is for.")] = "default",
    historical: Annotated[bool, typer.Option("--historical", help="A write key that may also send history.")] = False,
    data: Data = None,
) -> None:
    """Make a key and show it, this once. A running installation knows it at once."""
    from services.core.key import Kind, Right
    from services.edges.keyring import Keyring

    if kind not in set(Kind):
        raise typer.BadParameter(f"{kind!r} is none of write, read, admin", param_hint="KIND")
    rights = [Right.HISTORICAL] if historical else []
    typer.echo(Keyring(settings_of(data_dir=data).keys_path).create(Kind(kind), project, rights))
