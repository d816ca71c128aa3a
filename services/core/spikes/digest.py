"""The digest of a day or a week: incidents, the worst friction, who went on, whose job was done."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from services.core.journey import Journey
from services.core.spikes.baseline import Window
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell
from services.core.spikes.delivery import Digest
from services.core.spikes.grouping import EFFECTS
from services.core.spikes.incident import Incident
from services.core.spikes.telling import Told, brief, words

MOST_INCIDENTS = 15
MOST_FRICTION = 5
MOST_ROWS = 10
"""Of stages and of jobs: all together stay within the blocks of one message."""
ASKED = {"Pain points": "/v1/pain-points", "Jobs": "/v1/jobs", "Journey": "/v1/journey-map"}


class Counted(NamedTuple):
    """The sessions of some days, each once: how many, whose, and in each cell (of all jobs, or of a job's success)."""

    sessions: int
    visitors: int
    cells: Mapping[Cell, Window]

    def window(self, cell: Cell) -> Window:
        return self.cells.get(cell, Window(0, 0))


class Compared(NamedTuple):
    """The days of a digest, and the same days a week earlier."""

    now: Counted
    before: Counted


def summarise(
    incidents: Sequence[Incident], journey: Journey, due: Digest, compared: Compared, jobs: Sequence[str] = ()
) -> Told:
    """What to say of these days; of sessions with these jobs only, where any are named."""
    still = sum(one.is_open for one in incidents)
    span = _span(due)
    lines = (
        *_incidents(incidents, journey),
        _sessions(compared, jobs),
        *_friction(compared),
        *_stages(compared, journey),
        *_jobs(compared, journey),
    )
    return Told(
        moment="digest",
        title=span,
        sentence=f"{len(incidents)} incident(s) since {due.since:%A}, {still} of them still going on.",
        lines=lines,
        footnote=f"Sessions that began on {span} ({journey.time_zone}), each counted once.",
    )


def _span(due: Digest) -> str:
    """
    >>> from datetime import date
    >>> _span(Digest("", date(2026, 11, 22), date(2026, 11, 23)))
    'Sunday, 22 November'
    >>> _span(Digest("", date(2026, 11, 16), date(2026, 11, 23)))
    '16 November to 22 November'
    """
    last = due.until - timedelta(days=1)
    first, final = (f"{day.day} {day:%B}" for day in (due.since, last))
    return f"{last:%A}, {final}" if due.days == 1 else f"{first} to {final}"


def asked_of(due: Digest, journey: Journey, url: str) -> tuple[tuple[str, str], ...]:
    """Where the API answers for the same days in full."""
    since, until = (datetime.combine(day, time(), journey.zone).astimezone(UTC) for day in (due.since, due.until))
    # Of all that stands in a time zone's name only the plus means something in a URL.
    zone = journey.time_zone.replace("+", "%2B")
    period = f"from={since:%FT%TZ}&to={until:%FT%TZ}&tz={zone}&compare=previous"
    return tuple((name, f"{url.rstrip('/')}{path}?{period}") for name, path in ASKED.items())


def _incidents(incidents: Sequence[Incident], journey: Journey) -> Iterator[str]:
    ranked = sorted(incidents, key=lambda one: (not one.is_open, one.named.p))
    for one in ranked[:MOST_INCIDENTS]:
        yield f"{'going on' if one.is_open else 'over'}: {brief(one, journey)}"
    if len(ranked) > MOST_INCIDENTS:
        yield f"and {len(ranked) - MOST_INCIDENTS} more"


def _sessions(compared: Compared, jobs: Sequence[str]) -> str:
    of = f" for {' or '.join(words(job) for job in jobs)}" if jobs else ""
    now, before = (f"{one.sessions:,} by {one.visitors:,} visitors" for one in compared)
    return f"Sessions{of}: {now}; a week before {before}"


def _friction(compared: Compared) -> Iterator[str]:
    """Not what it leads to: that is told by who went on."""
    found = [
        (cell, window)
        for cell, window in compared.now.cells.items()
        if cell.detector not in EFFECTS and window.affected
    ]
    worst = sorted(found, key=lambda row: (-row[1].affected, row[0]))
    for cell, window in worst[:MOST_FRICTION]:
        shares = _shares(window, compared.before.window(cell))
        yield f"{words(cell.detector).capitalize()} in {words(cell.stage) or 'the journey'}: {shares}"


def _stages(compared: Compared, journey: Journey) -> Iterator[str]:
    cells = [Cell(NOT_GOING_ON, stage.name) for stage in journey.stages]
    for cell in [cell for cell in cells if cell in compared.now.cells][:MOST_ROWS]:
        yield f"Went on from {words(cell.stage)}: {_not_affected(compared, cell)}"


def _jobs(compared: Compared, journey: Journey) -> Iterator[str]:
    asked = {one.job: one.success for one in journey.alerts.objectives}
    names = [job.name for job in journey.jobs if Cell(JOB_SUCCESS, "", job.name) in compared.now.cells]
    for name in sorted(names, key=lambda name: name not in asked)[:MOST_ROWS]:
        objective = f"; objective {asked[name]:.0%}" if name in asked else ""
        yield f"{words(name).capitalize()} done: {_not_affected(compared, Cell(JOB_SUCCESS, '', name))}{objective}"


def _not_affected(compared: Compared, cell: Cell) -> str:
    windows = [one.window(cell) for one in compared]
    return _shares(*(Window(one.exposed, one.exposed - one.affected) for one in windows))


def _shares(now: Window, before: Window) -> str:
    """
    >>> _shares(Window(200, 50), Window(100, 20)), _shares(Window(0, 0), Window(0, 0))
    ('25% of 200; a week before 20% of 100', 'nobody; a week before nobody')
    """
    shares = [
        f"{one.affected / one.exposed:.0%} of {one.exposed:,}" if one.exposed else "nobody" for one in (now, before)
    ]
    return f"{shares[0]}; a week before {shares[1]}"
