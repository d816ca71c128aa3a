"""History judged day by day: each day's events are read once, and what goes on past midnight is carried over.

A session is judged on the day on which it is known that nothing follows it. So a day's result hangs on the days just
before it only, which are read once more, and not written, where judging goes on after it was broken off.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

import msgspec

from services.core.event import Millis
from services.core.hindsight import (
    AT,
    VISITOR,
    Known,
    Rejudged,
    Told,
    is_readable,
    known_as,
    parts,
    rejudge,
    withdraw,
)
from services.core.journey import Journey
from services.core.rulebook import Rulebook
from services.core.standing import quiet, stays
from services.edges.history import Archive, in_hand, known_between
from services.rejudge.difference import Difference
from services.rejudge.reading import DAY, Reading, Span, midnight_after
from services.rejudge.scope import Scope

_visitor = itemgetter(VISITOR)

Judged: TypeAlias = Rejudged | Known
"""A session as it is now, or one that stays as it stands."""


class Days:
    """Goes through a project's days in their order, judging each session once it is over."""

    def __init__(self, archive: Archive, project: str, journey: Journey, scope: Scope) -> None:
        revision = scope.revision
        self.book = revision.unheard.book if revision is not None else Rulebook(journey)
        self._archive = archive
        self._project = project
        self._scope = scope
        self._same = revision.same if revision is not None else None
        self._reach = reach(journey)
        self._in_hand = in_hand(archive, project)
        self._known: dict[str, list[Known]] = {}
        self._opened: dict[str, list[Known]] = {}  # the same by the day on which they were opened
        self._known_until: date | None = None
        self._reading: Reading | None = None
        self._carried: dict[str, list[Told]] = {}

    def read(self, span: Span) -> None:
        """Ask for a span's events and sessions; its days are to be judged next."""
        self._learn(*span)
        self._reading = Reading(self._archive, self._scope, span, surroundings=bool(self.book.asks))

    def judge(self, day: date, difference: Difference, *, is_last: bool) -> Iterator[Judged]:
        """The sessions that are known to be over after this day. The days must come in order, none left out.

        `difference` learns what is left to the worker and what could not be read; after the last day nothing is
        carried over.
        """
        assert self._reading is not None, "read first"
        carried, self._carried = self._carried, {}
        midnight = midnight_after(day)
        for visitor, theirs in groupby(self._reading.of(day), key=_visitor):
            told = [*carried.pop(visitor, ()), *theirs]
            yield from self._judge_visitor(visitor, told, midnight if not is_last else None, difference)
        for visitor, told in carried.items():
            yield from self._judge_visitor(visitor, told, None, difference)
        yield from self._gone(day, difference, is_last=is_last)

    def _judge_visitor(
        self, visitor: str, told: list[Told], midnight: Millis | None, difference: Difference
    ) -> Iterator[Judged]:
        known = self._known.get(visitor, [])
        for part in parts(told, self.book):
            if midnight is not None and part[-1][AT] + self.book.inactivity >= midnight:
                self._carried.setdefault(visitor, []).extend(part)
                continue
            if not self._in_hand.isdisjoint(one.id for one in known) and self._is_in_hand(part, known):
                difference.left += 1
                continue
            for one in self._judge_part(part, known, difference):
                difference.add(one, self._same)
                yield one

    def _judge_part(self, part: list[Told], known: list[Known], difference: Difference) -> Iterator[Judged]:
        before = known_as(self._project, part, known)
        try:
            one: Judged = self._as_it_stands(part, before) or self._rejudge(part, before, known)
        except msgspec.MsgspecError:
            readable = [event for event in part if is_readable(event, self.book)]
            difference.unread += len(part) - len(readable)
            for rest in parts(readable, self.book):
                yield from self._judge_part(rest, known, difference)
            return
        if before is not None:
            before.is_seen = True
        yield one

    def _as_it_stands(self, part: Sequence[Told], before: Known | None) -> Known | None:
        """A session of which nothing can be other than it stands. Raises msgspec.MsgspecError."""
        revision = self._scope.revision
        return before if before is not None and revision is not None and stays(part, before, revision) else None

    def _rejudge(self, part: Sequence[Told], before: Known | None, known: Sequence[Known]) -> Rejudged:
        revision = self._scope.revision
        unheard = quiet(part, before, revision) if revision is not None else None
        return rejudge(self._project, part, before, known, self.book, unheard)

    def _is_in_hand(self, part: Sequence[Told], known: list[Known]) -> bool:
        """Whether a worker still has a session of these events: then it will write it again, and ours would be lost."""
        began, ended = part[0][AT] - self.book.inactivity, part[-1][AT] + self.book.inactivity
        held = [one for one in known if one.id in self._in_hand and one.ended_at >= began and one.started_at <= ended]
        for one in held:
            one.is_seen = True
        return bool(held)

    def _learn(self, first: date, last: date) -> None:
        """Get to know the sessions that those of these days may be: opened up to the longest session later."""
        until = last + DAY * self._reach
        since = self._known_until + DAY if self._known_until else first - DAY * (self._reach + 1)
        if since <= until:
            revision = self._scope.revision
            asked = self._scope.asks(first=since.isoformat(), last=until.isoformat())
            changed = revision.detectors if revision else ()
            is_detailed = revision is not None and (revision.changes_weights or revision.moves_places)
            for one in known_between(self._archive, asked, changed, details=is_detailed):
                self._known.setdefault(one.visitor, []).append(one)
                self._opened.setdefault(one.opened_on, []).append(one)
        self._known_until = until

    def _gone(self, day: date, difference: Difference, *, is_last: bool) -> Iterator[Rejudged]:
        """Withdraw what none of the sessions judged is, once none can be any more; and forget what was."""
        oldest = (date.max if is_last else day - DAY * (self._reach + 1)).isoformat()
        for opened_on in sorted(one for one in self._opened if one <= oldest):
            for one in self._opened.pop(opened_on):
                self._forget(one)
                if not one.is_seen and one.id not in self._in_hand:
                    gone = withdraw(self._project, one)
                    difference.add(gone, self._same)
                    yield gone

    def _forget(self, gone: Known) -> None:
        left = [one for one in self._known[gone.visitor] if one is not gone]
        if left:
            self._known[gone.visitor] = left
        else:
            del self._known[gone.visitor]


def reach(journey: Journey) -> int:
    """Days that a session may last."""
    return -(-journey.sessions.max_length // DAY)
