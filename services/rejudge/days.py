"""History judged day by day: each day's events are read once, and what goes on past midnight is carried over.

A session is judged on the day on which it is known that nothing follows it. So a day's result hangs on the days just
before it only, which are read once more, and not written, where judging goes on after it was broken off.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

import msgspec

from services.core.event import Event, Millis
from services.core.hindsight import (
    Known,
    Rejudged,
    finds_the_same,
    is_whole,
    known_as,
    rejudge,
    withdraw,
)
from services.core.journey import Journey
from services.core.meaning import meaning
from services.core.rulebook import Rulebook
from services.edges.history import Archive, events_of, in_hand, known_between
from services.rejudge.difference import Difference
from services.rejudge.scope import Scope

DAY = timedelta(days=1)
_visitor = attrgetter("visitor")

Judged: TypeAlias = Rejudged | Known
"""A session as it is now, or one that stays as it stands."""


class Days:
    """Goes through a project's days in their order, judging each session once it is over."""

    def __init__(self, archive: Archive, project: str, journey: Journey, scope: Scope) -> None:
        self.book = Rulebook(journey)
        self._archive = archive
        self._project = project
        self._scope = scope
        self._reach = reach(journey)
        self._in_hand = in_hand(archive, project)
        self._known: dict[str, list[Known]] = {}
        self._known_until: date | None = None
        self._carried: dict[str, list[Event]] = {}

    def judge(self, day: date, difference: Difference, *, is_last: bool) -> Iterator[Judged]:
        """The sessions that are known to be over after this day. The days must come in order, none left out.

        `difference` learns what is left to the worker and what could not be read; after the last day nothing is
        carried over.
        """
        self._learn(day)
        carried, self._carried = self._carried, {}
        midnight = int(datetime.combine(day + DAY, datetime.min.time(), UTC).timestamp()) * 1000
        asked = self._scope.asks(day=day.isoformat(), surroundings=bool(self.book.asks))
        for visitor, theirs in groupby(events_of(self._archive, asked), key=_visitor):
            told = [*carried.pop(visitor, ()), *theirs]
            yield from self._judge_visitor(visitor, told, midnight if not is_last else None, difference)
        for visitor, told in carried.items():
            yield from self._judge_visitor(visitor, told, None, difference)
        yield from self._gone(day, difference, is_last=is_last)

    def _judge_visitor(
        self, visitor: str, told: list[Event], midnight: Millis | None, difference: Difference
    ) -> Iterator[Judged]:
        known = self._known.get(visitor, [])
        for part in self.book.boundary.cut(told):
            if midnight is not None and part[-1].occurred_at + self.book.inactivity >= midnight:
                self._carried.setdefault(visitor, []).extend(part)
                continue
            if not self._in_hand.isdisjoint(one.id for one in known) and self._is_in_hand(part, known):
                difference.left += 1
                continue
            for one in self._judge_part(part, known, difference):
                difference.add(one)
                yield one

    def _judge_part(self, part: list[Event], known: list[Known], difference: Difference) -> Iterator[Judged]:
        before = known_as(part, known)
        try:
            one: Judged
            if before is not None and self._stays(part, before):
                one = before
            else:
                one = rejudge(part, before, known, self.book)
        except msgspec.MsgspecError:
            readable = [event for event in part if self._is_readable(event)]
            difference.unread += len(part) - len(readable)
            for rest in self.book.boundary.cut(readable):
                yield from self._judge_part(rest, known, difference)
            return
        if before is not None:
            before.is_seen = True
        yield one

    def _is_readable(self, event: Event) -> bool:
        try:
            meaning(event, self.book)
        except msgspec.MsgspecError:
            return False
        return True

    def _stays(self, part: Sequence[Event], before: Known) -> bool:
        """Whether nothing of a session can be other than it stands. Raises msgspec.MsgspecError."""
        revision = self._scope.revision
        if revision is None or revision.is_whole or not is_whole(part, before):
            return False
        if before.journey != revision.before:
            return before.journey == revision.after
        if revision.changes_meanings and any(revision.touches(one.name, one.path) for one in part):
            return False
        return not revision.detectors or finds_the_same(part, before, revision)

    def _is_in_hand(self, part: Sequence[Event], known: list[Known]) -> bool:
        """Whether a worker still has a session of these events: then it will write it again, and ours would be lost."""
        began = part[0].occurred_at - self.book.inactivity
        held = [one for one in known if one.id in self._in_hand and one.ended_at >= began]
        for one in held:
            one.is_seen = True
        return bool(held)

    def _learn(self, day: date) -> None:
        """Get to know the sessions that those of this day may be: opened up to the longest session later."""
        until = day + DAY * self._reach
        since = self._known_until + DAY if self._known_until else day - DAY * (self._reach + 1)
        if since <= until:
            revision = self._scope.revision
            asked = self._scope.asks(first=since.isoformat(), last=until.isoformat())
            for one in known_between(self._archive, asked, revision.detectors if revision else ()):
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


def reach(journey: Journey) -> int:
    """Days that a session may last."""
    return -(-journey.sessions.max_length // DAY)
