"""Where one session ends and the next begins; for acts that just came, and for events stored long ago."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.core.duration import millis
from services.core.event import Millis
from services.core.journey import Journey
from services.core.seen import campaign_of

MOST_EVENTS = 10_000
"""Events of one session; a customer makes hundreds, and a robot must not fill our memory."""


M = TypeVar("M")


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

    def cut(self, moments: list[M], at_of: Callable[[M], Millis], seen_of: Callable[[M], str]) -> Iterator[list[M]]:
        """A visitor's acts in their order, as sessions; what tells when one was, and how it was seen, comes along."""
        if moments and self._is_one(len(moments), at_of(moments[0]), at_of(moments[-1])):
            yield moments
            return
        part: list[M] = []
        last = takes_until = 0
        for one in moments:
            at = at_of(one)
            is_late = at - last > self.inactivity or at > takes_until or len(part) >= MOST_EVENTS
            if part and (is_late or self._parts(part[0], one, seen_of)):
                yield part
                part = []
            if not part:
                takes_until = self.takes_until(at)
            part.append(one)
            last = at
        if part:
            yield part

    def _is_one(self, acts: int, first: Millis, last: Millis) -> bool:
        """Whether acts must be one session, whatever lies between the first and the last of them."""
        is_short = last - first <= self.inactivity and last <= self.takes_until(first)
        return is_short and acts <= MOST_EVENTS and not self.minds_campaigns

    def _parts(self, first: M, later: M, seen_of: Callable[[M], str]) -> bool:
        return self.minds_campaigns and self.is_other_campaign(seen_of(first), seen_of(later))


def _midnight_after(at: Millis, zone: ZoneInfo) -> Millis:
    day = datetime.fromtimestamp(at / 1000, zone).date() + timedelta(days=1)
    return Millis(datetime.combine(day, time(), zone).timestamp() * 1000)
