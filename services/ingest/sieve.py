"""What is left of a request's events: without robots' and those taken before, and with no more names than there may be.

Each step looks at all of them at once, and only where that finds something at each.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.core.terms import Manner
from services.ingest.dialects.segment import Arrival
from services.ingest.event_names import EventNames
from services.ingest.gate import Sending
from services.ingest.line import Line
from services.ingest.recent import Recent
from services.ingest.refusal import Reason
from services.ingest.robot import may_be_robots, tells_of_robot


class Sifted(NamedTuple):
    """Holds the events that are left."""

    lines: Sequence[Line]
    keys: Sequence[int]
    """To be remembered once they are safe."""
    dropped: dict[Reason, int]
    renamed: int


class Sieve:
    """Sifts events, and remembers those of other requests."""

    def __init__(self) -> None:
        self.recent = Recent()
        self.names = EventNames()

    def sift(self, lines: Sequence[Line], body: bytes, sending: Sending, arrival: Arrival) -> Sifted:
        """`body` is what may tell of robots: empty where it is known that none does."""
        terms, dropped, renamed = sending.key.terms, {}, 0
        if body and terms.robots is Manner.DROP and may_be_robots(body, sending.caller.is_browser):
            people = [line for line in lines if not tells_of_robot(line.event.context)]
            if len(people) < len(lines):
                dropped[Reason.ROBOT] = len(lines) - len(people)
                lines = people
        # What is sent again on purpose must not be held back: history, and what stood aside after it was taken here.
        keys = [] if arrival.historical or arrival.replayed else self._keys(arrival.project, lines)
        if self.recent.any_known(keys):
            first = self.recent.first_ones(keys, lines)
            dropped[Reason.DUPLICATE] = len(lines) - len(first)
            lines, keys = first, self._keys(arrival.project, first)
        if not self.names.are_known(arrival.project, [line.name for line in lines]):
            capped = self.names.cap(arrival.project, lines, terms.event_names)
            renamed = sum(line is not capped_one for line, capped_one in zip(lines, capped, strict=True))
            lines = capped
        return Sifted(lines, keys, dropped, renamed)

    def _keys(self, project: str, lines: Sequence[Line]) -> list[int]:
        return self.recent.keys(project, [line.visitor for line in lines], [line.id for line in lines])
