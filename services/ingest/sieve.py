"""What is left of a request's events: without robots' and those taken before, and with no more names than there may be.

Each step looks at all of them at once, and only where that finds something at each.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.core.event import Event
from services.core.terms import Manner
from services.ingest.dialects.segment import Arrival
from services.ingest.event_names import EventNames
from services.ingest.gate import Sending
from services.ingest.recent import Recent
from services.ingest.refusal import Reason
from services.ingest.robot import may_be_robots, tells_of_robot


class Sifted(NamedTuple):
    """Holds the events that are left."""

    events: Sequence[Event]
    keys: Sequence[int]
    """To be remembered once they are safe."""
    dropped: dict[Reason, int]
    renamed: int


class Sieve:
    """Sifts events, and remembers those of other requests."""

    def __init__(self) -> None:
        self.recent = Recent()
        self.names = EventNames()

    def sift(self, events: Sequence[Event], body: bytes, sending: Sending, arrival: Arrival) -> Sifted:
        terms, dropped, renamed = sending.key.terms, {}, 0
        if terms.robots is Manner.DROP and may_be_robots(body, sending.caller.is_browser):
            people = [event for event in events if not tells_of_robot(event.context)]
            if len(people) < len(events):
                dropped[Reason.ROBOT] = len(events) - len(people)
                events = people
        # What is sent again on purpose must not be held back: history, and what stood aside after it was taken here.
        keys = [] if arrival.historical or arrival.replayed else self.recent.keys(events)
        if self.recent.any_known(keys):
            first = self.recent.first_ones(events)
            dropped[Reason.DUPLICATE] = len(events) - len(first)
            events, keys = first, self.recent.keys(first)
        if not self.names.are_known(arrival.project, events):
            capped = self.names.cap(arrival.project, events, terms.event_names)
            renamed = sum(event is not capped_one for event, capped_one in zip(events, capped, strict=True))
            events = capped
        return Sifted(events, keys, dropped, renamed)
