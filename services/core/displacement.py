"""Which sessions see that stages lie elsewhere: others before or after them, another order, another shortest way.

A session knows of a journey's order only what lies between the places that it entered. Where none of its events means
anything else, these are in the store; all else that hangs on the order is told by what was found.
"""

from collections.abc import Collection, Sequence

from services.core.counterparts import Counterparts
from services.core.detectors.excess_steps import ExcessSteps
from services.core.journey import Journey
from services.core.plan import Place
from services.core.rulebook import Rulebook

BACKSLIDE, EXCESS_STEPS = "backslide", "excess_steps"

MINDED = ("", BACKSLIDE, EXCESS_STEPS)
"""Detectors whose findings say how far apart places are, and none: a session with these may be concerned alone."""


class Displacement:
    """One journey's order held against the one before."""

    def __init__(self, before: Journey, after: Journey, same: Counterparts) -> None:
        was, now = Rulebook(before), Rulebook(after)
        named = {place.name: place for place, _, _ in now.ways_in()}
        self._pairs = {
            place.name: (place, named[same.places[place.name]])
            for place, _, _ in was.ways_in()
            if same.places.get(place.name) in named
        }
        self._lasts = (was.last_stage, now.last_stage)
        self._factor = _least_factor(after)
        every = list(self._pairs.values())
        self.most = 1 + max(self._limits(every), default=0)
        """As many moves tell no more than further ones."""
        is_whole = len(self._pairs) == len({place.name for place, _, _ in was.ways_in()})
        self.is_none = is_whole and not self._concerns(every, MINDED)
        """Whether no session can see any of it."""

    def concerns(self, shape: str, found: Collection[str]) -> bool:
        """Whether a session may come out otherwise. Its shape are the places that it entered and, at last, no fewer
        moves than it has, at most `most` of them; `found` are the detectors that found something in it.
        """
        *names, moves = shape.split()
        if not self._pairs.keys() >= set(names):
            return True
        pairs = [self._pairs[name] for name in names]
        return self._concerns(pairs, found) or any(int(moves) > limit for limit in self._limits(pairs))

    def _concerns(self, pairs: Sequence[tuple[Place, Place]], found: Collection[str]) -> bool:
        if EXCESS_STEPS in found and any(old.shortest_path != new.shortest_path for old, new in pairs):
            return True
        moved = [new.order - old.order for old, new in pairs]
        if BACKSLIDE in found and len(set(moved)) > 1:
            return True
        return not _is_in_order(pairs) or any(map(self._ends_otherwise, pairs))

    def _limits(self, pairs: Sequence[tuple[Place, Place]]) -> list[int]:
        """Moves that are still fine to places to which the shortest way is shorter now."""
        if not self._factor:
            return []
        return [int(self._factor * new.shortest_path) for old, new in pairs if new.shortest_path < old.shortest_path]

    def _ends_otherwise(self, pair: tuple[Place, Place]) -> bool:
        """Whether a place is of the last stage now, or was: leaving it backwards is then no backslide. Nor is it after
        what is done.
        """
        (old, new), (last_was, last_now) = pair, self._lasts
        return new.role != "done" and (old.stage_number == last_was) != (new.stage_number == last_now)


def _is_in_order(pairs: Sequence[tuple[Place, Place]]) -> bool:
    orders = [new.order for _, new in sorted(pairs, key=lambda pair: pair[0].order)]
    return orders == sorted(orders)


def _least_factor(journey: Journey) -> float:
    """How many times the shortest way is fine, where that is least; 0 where nobody counts."""
    every = [*journey.detectors(), *journey.staged_detectors().get(EXCESS_STEPS, {}).values()]
    return min((one.factor for one in every if isinstance(one, ExcessSteps)), default=0.0)
