"""What need not be heard again of a session: events that only detectors hear which found nothing in it.

Some hear certain events and look at nothing else to find something: the place and the job they only name. So where one
of them is set as it was, it finds something in the same sessions under any journey.
"""

from collections.abc import Collection
from typing import NamedTuple

from services.core.journey import Journey
from services.core.readjustment import heard, only
from services.core.rulebook import Rulebook


class Unheard:
    """One journey's detectors that hear the same as under the one before."""

    def __init__(self, before: Journey, after: Journey, changed: Collection[str]) -> None:
        """`changed` are those that may find something else."""
        staged = before.staged_detectors().keys() | after.staged_detectors().keys()
        names = {one.name for one in after.detectors()}
        hears = {name: heard(after, frozenset({name})) for name in names - staged - set(changed)}
        self._hears = {name: events for name, events in hears.items() if events is not None}
        self.book = Rulebook(after)
        self._quiet = Rulebook(only(after, frozenset(names - self._hears.keys())), self.book)

    def where_found(self, detectors: Collection[str]) -> "Quiet":
        """How to read a session in which these detectors found something under the journey before."""
        return Quiet(self._quiet, frozenset[str]().union(*(self._hears.get(name, ()) for name in detectors)))


class Quiet(NamedTuple):
    """How to read a session of which it is known that some detectors find nothing in it."""

    book: Rulebook
    """The same journey, as if none of them heard anything."""
    still_heard: frozenset[str]
    """Names of events that others of them hear, which are to be read by the journey's own book."""
