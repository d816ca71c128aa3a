"""History judged day by day: each day's events are read once, and what goes on past midnight is carried over.

A session is judged on the day on which it is known that nothing follows it. So a day's result hangs on the days just
before it only, which are read once more, and not written, where judging goes on after it was broken off.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

import msgspec

from services.core.event import Event, Millis
from services.core.hindsight import Known, Rejudged, Told, parts, rejudge, withdraw
from services.core.journey import Journey
from services.core.meaning import meaning
from services.core.rulebook import Rulebook
from services.edges.history import Archive, events_of, in_hand, known_between
from services.rejudge.difference import Difference

DAY = timedelta(days=1)
_visitor = attrgetter("visitor")


class Days:
    """Goes through a project's days in their order, judging each session once it is over."""

    def __init__(self, archive: Archive, project: str, journey: Journey) -> None:
        self.book = Rulebook(journey)
        self._archive = archive
        self._project = project
        self._reach = -(-journey.sessions.max_length // DAY)  # days that a session may last
        self._in_hand = in_hand(archive, project)
        self._known: dict[str, list[Known]] = {}
        self._known_until: date | None = None
        self._carried: dict[str, list[Told]] = {}

    @property
    def lead(self) -> timedelta:
        """How long before a day one must begin for its result to be whole."""
        return DAY * (2 * self._reach + 2)

    def judge(self, day: date, difference: Difference, *, is_last: bool) -> Iterator[Rejudged]:
        """The sessions that are known to be over after this day. The days must come in order, none left out.

        `difference` learns what is left to the worker and what could not be read; after the last day nothing is
        carried over.
        """
        self._learn(day)
        carried, self._carried = self._carried, {}
        midnight = int(datetime.combine(day + DAY, datetime.min.time(), UTC).timestamp()) * 1000
        events = events_of(self._archive, self._project, day.isoformat(), surroundings=bool(self.book.asks))
        for visitor, theirs in groupby(events, key=_visitor):
            told = [*carried.pop(visitor, ()), *self._read(theirs, difference)]
            yield from self._judge_visitor(visitor, told, midnight if not is_last else None, difference)
        for visitor, told in carried.items():
            yield from self._judge_visitor(visitor, told, None, difference)
        yield from self._gone(day, difference, is_last=is_last)

    def _read(self, events: Iterator[Event], difference: Difference) -> Iterator[Told]:
        for event in events:
            try:
                plan, act = meaning(event, self.book)
            except msgspec.MsgspecError:
                difference.unread += 1
                continue
            yield Told(act, plan, event.user, event.watermark > 0)

    def _judge_visitor(
        self, visitor: str, told: list[Told], midnight: Millis | None, difference: Difference
    ) -> Iterator[Rejudged]:
        known = self._known.get(visitor, [])
        for part in parts(told, self.book):
            if midnight is not None and part[-1].act.occurred_at + self.book.inactivity >= midnight:
                self._carried[visitor] = part
                return
            if not self._in_hand.isdisjoint(one.id for one in known) and self._is_in_hand(part, known):
                difference.left += 1
                continue
            one = rejudge(self._project, visitor, part, known, self.book)
            difference.add(one)
            yield one

    def _is_in_hand(self, part: list[Told], known: list[Known]) -> bool:
        """Whether a worker still has a session of these events: then it will write it again, and ours would be lost."""
        began = part[0].act.occurred_at - self.book.inactivity
        held = [one for one in known if one.id in self._in_hand and one.ended_at >= began]
        for one in held:
            one.is_seen = True
        return bool(held)

    def _learn(self, day: date) -> None:
        """Get to know the sessions that those of this day may be: opened up to the longest session later."""
        until = day + DAY * self._reach
        since = self._known_until + DAY if self._known_until else day - DAY * (self._reach + 1)
        if since <= until:
            for one in known_between(self._archive, self._project, since.isoformat(), until.isoformat()):
                self._known.setdefault(one.visitor, []).append(one)
        self._known_until = until

    def _gone(self, day: date, difference: Difference, *, is_last: bool) -> Iterator[Rejudged]:
        """Withdraw what none of the sessions judged is, once none can be any more; and forget what was."""
        oldest = date.max if is_last else day - DAY * (self._reach + 1)
        for visitor, known in list(self._known.items()):
            past = [one for one in known if date.fromisoformat(one.opened_on) <= oldest]
            if not past:
                continue
            for one in past:
                if not one.is_seen and one.id not in self._in_hand:
                    gone = withdraw(self._project, one)
                    difference.add(gone)
                    yield gone
            if left := [one for one in known if date.fromisoformat(one.opened_on) > oldest]:
                self._known[visitor] = left
            else:
                del self._known[visitor]
