"""Where one session ends and the next begins; for acts that just came, and for events stored long ago."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from services.core.duration import millis
from services.core.event import Millis
from services.core.journey import Journey
from services.core.seen import campaign_of

MOST_EVENTS = 10_000
"""Events of one session; a customer makes hundreds, and a robot must not fill our memory."""


class Moment(Protocol):
    """What decides it of an act or an event."""

    @property
    def occurred_at(self) -> Millis: ...
    @property
    def seen(self) -> str: ...


M = TypeVar("M", bound=Moment)


class Boundary:
    """The session rules of a journey."""

    def __init__(self, journey: Journey) -> None:
        rules = journey.sessions
        self.inactivity = millis(rules.inactivity)
        self._max_length = millis(rules.max_length)
        self._midnight_in = journey.zone if rules.split_at_midnight else None
        self.minds_campaigns = rules.split_on_campaign_change

    def takes_until(self, began: Millis) -> Millis:
        """The latest time of an act that lengthens a session begun then, however short the pause."""
        longest = began + self._max_length
        return longest if self._midnight_in is None else min(longest, _midnight_after(began, self._midnight_in) - 1)

    def is_other_campaign(self, first: str, later: str) -> bool:
        """Whether a later act of a session, by what is seen of it, was brought by another campaign than the first.

        An act that tells of none belongs to the one before it: most pages of a visit have no such address.
        """
        campaign = campaign_of(later)
        return any(campaign) and campaign != campaign_of(first)

    def cut(self, moments: Iterable[M]) -> Iterator[list[M]]:
        """A visitor's acts in their order, as sessions."""
        part: list[M] = []
        last = takes_until = 0
        for one in moments:
            at = one.occurred_at
            if part and (at - last > self.inactivity or at > takes_until or self._is_beyond(part, one)):
                yield part
                part = []
            if not part:
                takes_until = self.takes_until(at)
            part.append(one)
            last = at
        if part:
            yield part

    def _is_beyond(self, part: list[M], one: M) -> bool:
        return len(part) >= MOST_EVENTS or (self.minds_campaigns and self.is_other_campaign(part[0].seen, one.seen))


def _midnight_after(at: Millis, zone: ZoneInfo) -> Millis:
    day = datetime.fromtimestamp(at / 1000, zone).date() + timedelta(days=1)
    return Millis(datetime.combine(day, time(), zone).timestamp() * 1000)
