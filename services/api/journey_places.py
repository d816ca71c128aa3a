"""The places of a journey by their names: a stage, or `stage.step`."""

from services.api.problem import Refusal
from services.core.journey import Journey


def places_of(journey: Journey) -> list[str]:
    """Every stage, each followed by its steps, in the journey's order."""
    return [
        name
        for stage in journey.stages
        for name in (stage.name, *(f"{stage.name}.{step.name}" for step in stage.steps))
    ]


def place_named(journey: Journey, name: str, parameter: str) -> str:
    """The same name, if it is a place of the journey; else a Refusal that says which there are."""
    places = places_of(journey)
    if name not in places:
        raise Refusal(
            422,
            f"The journey has no place {name!r}; write one of {', '.join(places)}.",
            pointer=f"/query/{parameter}",
        )
    return name
