"""The digest of a day or a week: incidents, the worst friction, who went on, whose job was done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from services.core.journey import Journey
from services.core.spikes.baseline import Window
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell
from services.core.spikes.incident import Incident
from services.core.spikes.telling import Told, brief, words

MOST_INCIDENTS = 15
MOST_FRICTION = 5
MOST_ROWS = 10
"""Of stages and of jobs: all together stay within the blocks of one message."""


class Compared(NamedTuple):
    """A cell in the time of the digest, and in the same hours a week earlier."""

    now: Window
    before: Window


def summarise(incidents: Sequence[Incident], journey: Journey, days: int, compared: Mapping[Cell, Compared]) -> Told:
    """What to say of so many days."""
    still = sum(one.is_open for one in incidents)
    span = "day" if days == 1 else f"{days} days"
    sentence = f"{len(incidents)} incident(s) in the last {span}, {still} of them still going on."
    lines = (
        *_incidents(incidents, journey),
        *_friction(compared),
        *_stages(compared, journey),
        *_jobs(compared, journey),
    )
    return Told(moment="digest", title=f"The last {span}", sentence=sentence, lines=lines)


def _incidents(incidents: Sequence[Incident], journey: Journey) -> Iterator[str]:
    ranked = sorted(incidents, key=lambda one: (not one.is_open, one.named.p))
    for one in ranked[:MOST_INCIDENTS]:
        yield f"{'going on' if one.is_open else 'over'}: {brief(one, journey)}"
    if len(ranked) > MOST_INCIDENTS:
        yield f"and {len(ranked) - MOST_INCIDENTS} more"


def _friction(compared: Mapping[Cell, Compared]) -> Iterator[str]:
    found = [
        (cell, one)
        for cell, one in compared.items()
        if cell.detector not in (NOT_GOING_ON, JOB_SUCCESS) and one.now.affected
    ]
    worst = sorted(found, key=lambda row: (-row[1].now.affected, row[0]))
    for cell, one in worst[:MOST_FRICTION]:
        yield f"{words(cell.detector).capitalize()} in {words(cell.stage) or 'the journey'}: {_shares(one)}"


def _stages(compared: Mapping[Cell, Compared], journey: Journey) -> Iterator[str]:
    cells = [Cell(NOT_GOING_ON, stage.name) for stage in journey.stages]
    for cell in [cell for cell in cells if cell in compared][:MOST_ROWS]:
        yield f"Went on from {words(cell.stage)}: {_shares(_others(compared[cell]))}"


def _jobs(compared: Mapping[Cell, Compared], journey: Journey) -> Iterator[str]:
    asked = {one.job: one.success for one in journey.alerts.objectives}
    names = [job.name for job in journey.jobs if Cell(JOB_SUCCESS, "", job.name) in compared]
    for name in sorted(names, key=lambda name: name not in asked)[:MOST_ROWS]:
        objective = f"; objective {asked[name]:.0%}" if name in asked else ""
        yield f"{words(name).capitalize()} done: {_shares(_others(compared[Cell(JOB_SUCCESS, '', name)]))}{objective}"


def _others(one: Compared) -> Compared:
    """Those who were not affected."""
    now, before = (Window(window.exposed, window.exposed - window.affected) for window in one)
    return Compared(now, before)


def _shares(one: Compared) -> str:
    """
    >>> _shares(Compared(Window(200, 50), Window(100, 20))), _shares(Compared(Window(0, 0), Window(0, 0)))
    ('25% of 200; a week before 20% of 100', 'nobody; a week before nobody')
    """
    now, before = (
        f"{part.affected / part.exposed:.0%} of {part.exposed:,}" if part.exposed else "nobody" for part in one
    )
    return f"{now}; a week before {before}"
