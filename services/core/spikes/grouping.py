"""One incident per cause: cells that spike together with something in common, and the narrowest that explains it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.core.spikes.cell import ALL_JOBS, JOB_SUCCESS, NOT_GOING_ON, SILENCE, Cell, Reading, Spike

EXPLAINS = 0.8
"""A part that holds so much of the whole's excess is where the whole comes from."""
EFFECTS = frozenset({NOT_GOING_ON, JOB_SUCCESS, "cart_abandonment", "checkout_abandonment"})
"""What friction leads to: named only where no friction spikes with it."""
APART = frozenset({SILENCE, JOB_SUCCESS})
"""Incidents of their own kind."""


class Group(NamedTuple):
    """Spikes of one cause, and the one that is named."""

    named: Spike
    spikes: tuple[Spike, ...]


def group(spikes: Sequence[Spike], pages: Mapping[Cell, str]) -> list[Group]:
    """Join what shares a stage, a detector or the page where most of it happens (`pages`, where known)."""
    groups: list[list[Spike]] = []
    for spike in spikes:
        near = [one for one in groups if any(_related(spike.cell, other.cell, pages) for other in one)]
        joined = [spike, *(other for one in near for other in one)]
        groups = [one for one in groups if one not in near] + [joined]
    return [Group(narrowest(one), tuple(sorted(one, key=lambda spike: spike.reading.p))) for one in groups]


def _related(one: Cell, other: Cell, pages: Mapping[Cell, str]) -> bool:
    if one.detector in APART or other.detector in APART:
        return one == other
    page = pages.get(one, "")
    return one.stage == other.stage or one.detector == other.detector or (page != "" and page == pages.get(other))


def narrowest(spikes: Sequence[Spike]) -> Spike:
    """The cell to name: the friction furthest from usual, and of it the one job that this comes from."""
    causes = _causes(spikes)
    widest = max(causes, key=lambda spike: (abs(spike.reading.excess), spike.cell.job == ALL_JOBS))
    jobs = {spike.cell.job: spike for spike in causes if spike.cell[:2] == widest.cell[:2]}
    whole = jobs.pop(ALL_JOBS, None)
    if whole is None:
        return widest
    alone = next(iter(jobs.values())) if len(jobs) == 1 else None
    return alone if alone and _explains(alone.reading, whole.reading) else whole


def _causes(spikes: Sequence[Spike]) -> Sequence[Spike]:
    """Friction that rose, else what it leads to: friction that fell beside it has nobody left to meet it."""
    rose = [spike for spike in spikes if spike.reading.excess > 0] or list(spikes)
    return [spike for spike in rose if spike.cell.detector not in EFFECTS] or rose


def _explains(part: Reading, whole: Reading) -> bool:
    """Nearly all of the excess, and the rest nearer to usual than to as much more: a large job has most of any.

    Both are beyond what is usual, or both below it.
    """
    usual, all_usual = (one.expected.affected(one.window.exposed) for one in (part, whole))
    rest = (whole.excess - part.excess) / part.excess
    return part.excess / whole.excess >= EXPLAINS and rest <= (all_usual - usual) / usual / 2
