"""Which acts belong together, and which session keeps its name.

Event time orders, arrival closes: `clock` is always passed in, in the time that closes sessions (a partition's
watermark). Whatever the order of arrival within the allowance, the same acts end in the same sessions.
"""

from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter

import msgspec

from services.core.act import Act, in_order
from services.core.boundary import MOST_EVENTS
from services.core.event import Millis
from services.core.finding import hashed_id
from services.core.fold import Fold
from services.core.plan import Plan
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor, is_settled, revive
from services.core.stored import Session

MILLIS_PER_DAY = 86_400_000

_at, _seen = attrgetter("occurred_at"), attrgetter("seen")


class Added(Enum):
    """What came of an act: dropped as a duplicate, put at the end of the last session, or sessions were made anew."""

    DUPLICATE = 0
    APPENDED = 1
    REARRANGED = 2


DUPLICATE, APPENDED, REARRANGED = Added
"""Named once: looking a member up takes longer than all else that is done with it."""


class Sessioniser:
    """Puts acts into their visitors' sessions."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.inactivity = book.inactivity
        self._boundary = book.boundary
        self._minds_campaigns = book.boundary.minds_campaigns

    def add(self, visitor: Visitor, act: Act, plan: Plan, clock: Millis, historical: bool) -> Added:
        """Put an act where it belongs. Nearly all come after the others of their visitor's last session."""
        if visitor.sessions:
            live = visitor.sessions[-1]
            at = act.occurred_at
            pause = at - live.ended_at
            if 0 <= pause <= self.inactivity and at <= live.takes_until:
                session, ids = live.session, live.ids
                acts = session.acts
                if (
                    (pause or act.id > acts[-1].id)
                    and len(acts) < MOST_EVENTS
                    and not (self._minds_campaigns and self._boundary.is_other_campaign(acts[0].seen, act.seen))
                ):
                    if act.id in ids:
                        return DUPLICATE
                    acts.append(act)
                    ids.add(act.id)
                    session.touched_at = clock
                    live.ended_at = at
                    live.dirty = True
                    if act.user:
                        live.user = act.user
                    live.fold.apply(act, plan)
                    return APPENDED
        else:
            visitor.sessions.append(self._begun(visitor, act, plan, clock, historical))
            return REARRANGED
        return self._add_anywhere(visitor, act, clock, historical)

    def _begun(self, visitor: Visitor, act: Act, plan: Plan, clock: Millis, historical: bool) -> LiveSession:
        """The first session of a visitor, as most are."""
        session = self._fresh(visitor, act, clock, historical)
        fold = Fold(self.book, session.id)
        fold.apply(act, plan)
        return LiveSession(session, fold, {act.id})

    def _fresh(self, visitor: Visitor, act: Act, clock: Millis, historical: bool) -> Session:
        session = opened(visitor, act, clock, historical)
        session.late = act.occurred_at + self.inactivity + self.book.lateness < clock
        return session

    def _add_anywhere(self, visitor: Visitor, act: Act, clock: Millis, historical: bool) -> Added:
        open_to_change = [live for live in visitor.sessions if not is_settled(live, clock, self.book)]
        if any(act.id in live.ids for live in open_to_change):
            return DUPLICATE
        touched = self._touched(open_to_change, act)
        if touched:
            fresh = opened(visitor, act, clock, historical)
            made = self._rearranged(visitor, [live.session for live in touched], fresh)
        else:
            made = [revive(self._fresh(visitor, act, clock, historical), self.book)]
        others = [live for live in visitor.sessions if live not in touched]
        visitor.sessions = sorted([*others, *made], key=lambda live: live.started_at)
        return REARRANGED

    def _touched(self, sessions: list[LiveSession], act: Act) -> list[LiveSession]:
        """The sessions that an act joins: those within a pause of it, and those within a pause of these."""
        reach_from = reach_to = act.occurred_at
        touched: list[LiveSession] = []
        grown = bool(sessions)
        while grown:
            grown = False
            for live in sessions:
                near = live.started_at - reach_to <= self.inactivity and reach_from - live.ended_at <= self.inactivity
                if near and live not in touched:
                    touched.append(live)
                    reach_from = min(reach_from, live.started_at)
                    reach_to = max(reach_to, live.ended_at)
                    grown = True
        return sorted(touched, key=lambda live: live.started_at)

    def _rearranged(self, visitor: Visitor, old: list[Session], fresh: Session) -> list[LiveSession]:
        """The sessions that these and a new act make together; those that lost their name are noted as withdrawn."""
        acts = sorted([*fresh.acts, *(one for session in old for one in session.acts)], key=in_order)
        parts = [_named(visitor, part, old, fresh) for part in self._boundary.cut(acts, _at, _seen)]
        kept = {session.id for session in parts}
        visitor.withdrawn.extend(session for session in old if session.id not in kept)
        return [revive(part, self.book) for part in parts]


def _named(visitor: Visitor, acts: list[Act], old: list[Session], fresh: Session) -> Session:
    """The session these acts are: the earliest whose opening event is among them, else one opened by the first."""
    ids = {act.id for act in acts}
    for session in old:
        if session.opened_by in ids:
            return msgspec.structs.replace(session, acts=acts, closed=False, quiet=False, touched_at=fresh.touched_at)
    session = opened(visitor, acts[0], fresh.touched_at, fresh.historical)
    session.acts = acts
    return session


def opened(visitor: Visitor, act: Act, clock: Millis, historical: bool) -> Session:
    """The session that an act makes. Its id is that of the act, so the same act always makes the same one."""
    return Session(
        id=hashed_id(visitor.project, visitor.id, act.id),
        opened_by=act.id,
        opened_on=_iso_day(act.occurred_at // MILLIS_PER_DAY),
        historical=historical,
        touched_at=clock,
        acts=[act],
    )


@lru_cache(maxsize=1024)
def _iso_day(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
