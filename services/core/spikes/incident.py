"""An incident and its life: opened, updated, recovered. Who is told what follows from these moments alone."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from services.core.finding import hashed_id
from services.core.spikes.cell import Cell, Reading
from services.core.spikes.grouping import Group

CALM = 0.05
"""A named cell less unlikely than this is as usual again."""
CALM_WINDOWS = 2
FORGET_AFTER = 72
"""Hours without enough visitors to say."""
MUCH_MORE = 2.0


class Moment(StrEnum):
    """What just happened to an incident."""

    OPENED = "opened"
    UPDATED = "updated"
    RECOVERED = "recovered"


class Measured(msgspec.Struct, frozen=True):
    """A cell in one window, as it was tested."""

    detector: str
    stage: str
    job: str
    hour: int
    exposed: int
    affected: int
    usual: float  # rate
    spread: float  # of the rate, one standard deviation
    level: str
    windows: int  # that the usual rate comes from
    p: float

    @property
    def cell(self) -> Cell:
        return Cell(self.detector, self.stage, self.job)

    @property
    def excess(self) -> float:
        return self.affected - self.usual * self.exposed


class Evidence(msgspec.Struct, frozen=True):
    """What an incident is likely about: looked up once it is known, in words and ids."""

    page: str = ""
    element: str = ""
    cause: str = ""
    device: str = ""
    release: str = ""
    value: float = 0.0  # of the baskets of all affected
    apiece: float = 0.0  # what one who is not lost is worth, median
    currency: str = ""
    sessions: tuple[str, ...] = ()


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """A spike that somebody should know of. `began` … `seen` are the hours (since 1970) it stood out in."""

    id: str
    project: str
    named: Measured
    cells: tuple[Measured, ...]  # all that ever stood out with it, each as it last did
    began: int
    seen: int
    judged: int  # the newest hour it was held against
    state: str = "open"  # open | recovered
    recovered: int = 0  # the hour
    calm: int = 0  # windows in a row as usual
    moment: str = "opened"  # the last one worth telling
    told: int = 0  # its hour
    heard: bool = True  # do those who were told believe that it goes on?
    worst: float = 0.0  # the excess told last
    evidence: Evidence = Evidence()

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def telling(self) -> str:
        """What was last worth telling, by a name that no other moment of it has."""
        return f"{self.moment}-{self.told}"

    @property
    def cell_names(self) -> set[Cell]:
        return {one.cell for one in self.cells}

    @property
    def hours(self) -> range:
        """Those within it, which say nothing of what is usual."""
        return range(self.began, max(self.seen, self.recovered) + 1)


class Change(NamedTuple):
    """An incident as it is now; `moment` is None where there is nothing to tell."""

    incident: Incident
    moment: Moment | None


class Patience(NamedTuple):
    """In hours."""

    cool_down: int
    repeat: int


def measured(reading: Reading) -> Measured:
    exposed = reading.window.exposed
    spread = reading.expected.spread(exposed) if exposed else 0.0
    expected = reading.expected
    return Measured(
        *reading.cell,
        reading.hour,
        exposed,
        reading.window.affected,
        expected.rate,
        spread,
        expected.level,
        expected.windows,
        reading.p,
    )


def live(
    known: Sequence[Incident],
    groups: Iterable[Group],
    readings: Mapping[Cell, Reading],
    now: tuple[str, int],
    patience: Patience,
) -> list[Change]:
    """Let one hour pass for a project's incidents. `now`: the project and the hour that was judged.

    `known` are the open incidents and those recovered lately, `readings` the window of each cell that had the volume.
    Judging an hour again changes nothing, so that another leader may go over what the last one did.
    """
    project, hour = now
    left = [one for one in known if one.judged < hour]
    done = {cell for one in known if one.judged >= hour for cell in one.cell_names}
    changes = []
    for group in groups:
        if any(spike.cell in done for spike in group.spikes):
            continue
        before = _matching(left, group, hour - patience.cool_down)
        if before is not None:
            left.remove(before)
        changes.append(_risen(before, group, patience) if before else _opened(group, project))
    changes += [_without(one, readings.get(one.named.cell), hour) for one in left if one.is_open]
    return changes


def _matching(known: Sequence[Incident], group: Group, since: int) -> Incident | None:
    """The incident that these spikes belong to: open, or recovered so lately that it is no news."""
    cells = {spike.cell for spike in group.spikes}
    related = [one for one in known if cells & one.cell_names and (one.is_open or one.recovered >= since)]
    return max(related, key=lambda one: (one.is_open, one.seen), default=None)


def _opened(group: Group, project: str) -> Change:
    named, hour = measured(group.named.reading), group.named.reading.hour
    began = min(spike.began for spike in group.spikes)
    opened = Incident(
        id=hashed_id(project, *group.named.cell, str(began)),
        project=project,
        named=named,
        cells=tuple(measured(spike.reading) for spike in group.spikes),
        began=began,
        seen=hour,
        judged=hour,
        told=hour,
        worst=named.excess,
    )
    return Change(opened, Moment.OPENED)


def _risen(before: Incident, group: Group, patience: Patience) -> Change:
    """It goes on: told again when it became much worse, or after a while."""
    named, hour = measured(group.named.reading), group.named.reading.hour
    tell = abs(named.excess) >= MUCH_MORE * abs(before.worst) or hour - before.told >= patience.repeat
    now = tuple(measured(spike.reading) for spike in group.spikes)
    standing = {one.cell for one in now}
    after = msgspec.structs.replace(
        before,
        named=named,
        # A cell that chance hides for an hour would open another incident when it is back.
        cells=now + tuple(one for one in before.cells if one.cell not in standing),
        seen=hour,
        judged=hour,
        state="open",
        recovered=0,
        calm=0,
        moment=Moment.UPDATED if tell else before.moment,
        told=hour if tell else before.told,
        heard=tell or before.heard,
        worst=max(before.worst, named.excess, key=abs) if tell else before.worst,
    )
    return Change(after, Moment.UPDATED if tell else None)


def _without(before: Incident, reading: Reading | None, hour: int) -> Change:
    """It did not stand out: recovered when it was as usual for two windows, or when nobody came for days."""
    calm = before.calm + 1 if reading is not None and reading.p > CALM else (before.calm if reading is None else 0)
    over = calm >= CALM_WINDOWS or hour - before.seen >= FORGET_AFTER
    after = msgspec.structs.replace(before, judged=hour, calm=calm)
    if not over:
        return Change(after, None)
    after = msgspec.structs.replace(after, state="recovered", recovered=hour, heard=False)
    if not before.heard:
        return Change(after, None)
    return Change(msgspec.structs.replace(after, moment=Moment.RECOVERED, told=hour), Moment.RECOVERED)
