"""A funnel with windows of its steps, optional steps and exclusions, slow and obvious: every chain is tried.

Of all chains the one that gets furthest counts; of these the first to get there, by the nearest step before, at its
first chance, and so on backwards.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.api.funnel_reference import Act


class Taken(NamedTuple):
    """A step that was taken: its number from 0, its moment, and the number of the act at which it was."""

    step: int
    moment: int
    at: int


Chain = tuple[Taken, ...]


class RuledFunnel(NamedTuple):
    """How units are followed."""

    steps: Sequence[str]
    order: str
    window_ms: int
    tolerance_ms: int
    step_windows: Mapping[str, int]
    optional: frozenset[str]
    exclude: frozenset[str]

    def chosen(self, acts: Sequence[Act]) -> Chain:
        """The chain that counts for a unit; an empty one where it never began."""
        return min(self._chains(acts), key=_preference, default=())

    def is_told_apart(self, acts: Sequence[Act]) -> bool:
        """Whether only one timing of the steps gets as far and is there as early: of several any may be told."""
        chains = self._chains(acts)
        best = min(((-chain[-1].step, chain[-1].moment) for chain in chains), default=None)
        timings = {
            tuple((one.step, one.moment) for one in chain)
            for chain in chains
            if (-chain[-1].step, chain[-1].moment) == best
        }
        return len(timings) <= 1

    def _chains(self, acts: Sequence[Act]) -> list[Chain]:
        in_order = sorted(acts, key=lambda act: (act.at, act.run))
        starts = [(Taken(0, act.at, number),) for number, act in enumerate(in_order) if act.fits(self.steps[0])]
        return [chain for start in starts for chain in self._grown(in_order, start)]

    def _grown(self, acts: Sequence[Act], chain: Chain) -> Iterator[Chain]:
        yield chain
        for step in self._next_steps(chain[-1].step):
            for taken in self._takes(acts, chain, step):
                yield from self._grown(acts, (*chain, taken))

    def _next_steps(self, step: int) -> Iterator[int]:
        for after in range(step + 1, len(self.steps)):
            yield after
            if self.steps[after] not in self.optional:
                return

    def _takes(self, acts: Sequence[Act], chain: Chain, step: int) -> Iterator[Taken]:
        last = chain[-1]
        for number, act in enumerate(acts):
            if not act.fits(self.steps[step]):
                continue
            if number >= last.at:
                taken = Taken(step, act.at, number)
            elif act.at > last.moment - self.tolerance_ms:
                taken = last._replace(step=step)
            else:
                continue
            longest = self.step_windows.get(self.steps[step], self.window_ms)
            in_time = taken.moment - last.moment <= longest and taken.moment - chain[0].moment <= self.window_ms
            if in_time and not any(self._breaks(act, last.step) for act in acts[last.at : taken.at]):
                yield taken

    def _breaks(self, act: Act, step: int) -> bool:
        excludes = any(act.fits(name) for name in self.exclude)
        return excludes or (self.order == "strict" and not act.fits(self.steps[step]))

    def counted(self, units: Sequence[Sequence[Act]]) -> list[tuple[int, int, float | None]]:
        """For each step how many entered and went on, and their median seconds to the next that is not optional."""
        chains = [{one.step: one.moment for one in self.chosen(acts)} for acts in units]
        return [self._count(chains, step) for step in range(len(self.steps))]

    def _count(self, chains: Sequence[Mapping[int, int]], step: int) -> tuple[int, int, float | None]:
        *_, following = [step, *self._next_steps(step)]
        there = [chain for chain in chains if step in chain]
        waits = [
            (chain[following] - chain[step]) / 1000 for chain in there if following != step and max(chain) >= following
        ]
        return len(there), len(waits), round(statistics.median(waits), 6) if waits else None


def _preference(chain: Chain) -> tuple[int, list[tuple[int, int]]]:
    return -chain[-1].step, [(-taken.step, taken.moment) for taken in reversed(chain)]
