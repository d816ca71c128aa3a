"""A funnel, slow and obvious: every chain of events is tried, and the longest counts.

A run of a path is its first and its last event, in the order of the path.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.core.rows import SessionRow


class Act(NamedTuple):
    """An event at a place: the number of its run, its moment in milliseconds."""

    run: int
    at: int
    stage: str
    step: str

    def fits(self, name: str) -> bool:
        return name in {self.stage, f"{self.stage}.{self.step}"}


def acts_of(sessions: Sequence[SessionRow]) -> list[Act]:
    """The events of a unit's sessions, which must not overlap, in order."""
    runs = [
        run
        for row in sorted(sessions, key=lambda row: row.started_at)
        for run in zip(row.path_stage, row.path_step, row.path_started_at, row.path_ended_at, strict=True)
    ]
    return [
        Act(number, at, stage, step)
        for number, (stage, step, began, ended) in enumerate(runs)
        for at in sorted({began, ended})
    ]


class Funnel(NamedTuple):
    """How units are followed."""

    steps: Sequence[str]
    order: str
    window_ms: int
    tolerance_ms: int

    def reached(self, acts: Sequence[Act]) -> int:
        """How many steps a unit got to."""
        if self.order == "any":
            return max((self._present(acts, act.at) for act in acts), default=0)
        starts = [act for act in acts if act.fits(self.steps[0])]
        return max((1 + self._onward(acts, 1, act, act.at, act.at + self.window_ms) for act in starts), default=0)

    def _present(self, acts: Sequence[Act], start: int) -> int:
        within = [act for act in acts if start <= act.at <= start + self.window_ms]
        found = [any(act.fits(name) for act in within) for name in self.steps]
        return [*found, False].index(False)

    def _onward(self, acts: Sequence[Act], number: int, last: Act, moment: int, deadline: int) -> int:
        """The most steps from `number` on, over every way of going on."""
        if number == len(self.steps):
            return 0
        nexts = [act for act in self._followers(acts, number, last, moment) if max(moment, act.at) <= deadline]
        ways = (1 + self._onward(acts, number + 1, act, max(moment, act.at), deadline) for act in nexts)
        return max(ways, default=0)

    def _followers(self, acts: Sequence[Act], number: int, last: Act, moment: int) -> Iterator[Act]:
        for act in acts:
            follows = act.run >= last.run and act.at >= last.at
            near = self.tolerance_ms > 0 and act.at > moment - self.tolerance_ms
            if act.fits(self.steps[number]) and (follows or near) and self._unbroken(acts, number, last, act):
                yield act

    def _unbroken(self, acts: Sequence[Act], number: int, last: Act, act: Act) -> bool:
        """Strictly: nothing but the step before lies between the two."""
        between = [one for one in acts if last.run < one.run < act.run]
        return self.order != "strict" or all(one.fits(self.steps[number - 1]) for one in between)


def entered(funnel: Funnel, units: Sequence[Sequence[SessionRow]]) -> list[int]:
    """How many units reached each step."""
    reached = [funnel.reached(acts_of(unit)) for unit in units]
    return [sum(count > number for count in reached) for number in range(len(funnel.steps))]
