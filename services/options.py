"""What many commands take, and how they come by settings and journey. Imports come late, so that help is quick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.core.journey import Journey
    from services.settings import Settings

Data = Annotated[Path | None, typer.Option("--data", help="Data folder. [default: desireline-data]")]
JourneyName = Annotated[
    str | None,
    typer.Option("--journey", help="File, or name of a ready-made one. [default: desireline.yaml, else `shop`]"),
]


def settings_of(**given: object) -> "Settings":
    """The settings of the environment, but for those that the command line gave."""
    from services.settings import Settings

    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def journey_of(name: str | None, settings: "Settings") -> "Journey":
    """The journey asked for, else the file of the settings, else the ready-made one of a shop."""
    from services.edges.journey_file import load_journey, named_journey, shipped

    if name is None:
        return load_journey(settings.journey) if settings.journey.exists() else shipped("shop")
    return named_journey(name)
