"""A visitor's sessions as state plus verbs: which acts belong together, and which session keeps its name.

Event time orders, arrival closes: `clock` is always passed in, in the time that closes sessions (a partition's
watermark). Whatever the order of arrival within the allowance, the same acts end in the same sessions.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

import msgspec

from services.core.act import Act, in_order
from services.core.event import Millis
from services.core.finding import hashed_id
from services.core.fold import Fold
from services.core.plan import Plan
from services.core.rulebook import Rulebook

MOST_EVENTS = 10_000
"""Events of one session; a customer makes hundreds, and a robot must not fill our memory."""


STATE_FORMAT = 1
"""Of the stored state; it grows when the fields of VisitorState, Session or Act change."""


class Session(msgspec.Struct, gc=False, array_like=True, kw_only=True):
    """Acts without a long pause. `opened_by` is the event that made it: its id follows from that and never changes."""

    id: str
    opened_by: str
    opened_on: str
    historical: bool
    touched_at: Millis  # the clock when its last act arrived
    late: bool = False
    closed: bool = False
    acts: list[Act] = []
    written: list[str] = []  # ids of the findings that stand in the store


class VisitorState(msgspec.Struct, gc=False, array_like=True):
    """What is stored of a visitor: the acts. All else is folded from them again."""

    format: int
    user: str
    sessions: list[Session]


class LiveSession(msgspec.Struct, gc=False):
    """A session with what its acts come to, and the ids by which a duplicate is known."""

    session: Session
    fold: Fold
    ids: set[str]
    dirty: bool = True
    final: bool = False  # its import is over: nothing can change it, and it is let go once written

    @property
    def started_at(self) -> Millis:
        return self.session.acts[0].occurred_at

    @property
    def ended_at(self) -> Millis:
        return self.session.acts[-1].occurred_at


class Visitor(msgspec.Struct, gc=False):
    """Who acts. `version` is the last record applied: one at or before it is known already."""

    project: str
    id: str
    version: int
    user: str = ""
    sessions: list[LiveSession] = []  # oldest first; only those that a new event could still change
    withdrawn: list[Session] = []  # merged into others since the last checkpoint
    dirty: bool = False  # something about it is not written yet


class Added(Enum):
    """What came of an act: dropped as a duplicate, put at the end of the last session, or sessions were made anew."""

    DUPLICATE = 0
    APPENDED = 1
    REARRANGED = 2


class Arrival(msgspec.Struct, gc=False):
    """An act on its way in, with what is known of it besides itself. `clock` is the time that closes sessions."""

    act: Act
    plan: Plan
    historical: bool
    clock: Millis


def add(visitor: Visitor, arrival: Arrival, book: Rulebook) -> Added:
    """Put an act where it belongs."""
    live = visitor.sessions[-1] if visitor.sessions else None
    if live is None or live.session.closed or not _follows(live, arrival.act, book):
        return _add_anywhere(visitor, arrival, book)
    act, session = arrival.act, live.session
    if act.id in live.ids:
        return Added.DUPLICATE
    session.acts.append(act)
    session.touched_at = arrival.clock
    live.ids.add(act.id)
    live.fold.apply(act, arrival.plan)
    live.dirty = True
    return Added.APPENDED


def _follows(live: LiveSession, act: Act, book: Rulebook) -> bool:
    """Whether the act comes after all others of the session and belongs to it: nearly all do."""
    acts = live.session.acts
    last = acts[-1]
    pause = act.occurred_at - last.occurred_at
    if pause < 0 or pause > book.inactivity or (pause == 0 and act.id < last.id):
        return False
    return act.occurred_at - acts[0].occurred_at <= book.max_length and len(acts) < MOST_EVENTS


def _add_anywhere(visitor: Visitor, arrival: Arrival, book: Rulebook) -> Added:
    act, clock = arrival.act, arrival.clock
    open_to_change = [live for live in visitor.sessions if not is_settled(live, clock, book)]
    if any(act.id in live.ids for live in open_to_change):
        return Added.DUPLICATE
    touched = _touched(open_to_change, act, book)
    if touched:
        live = _rearranged(visitor, touched, arrival, book)
    else:
        late = act.occurred_at + book.inactivity + book.lateness < clock
        live = [revive(_opened(visitor, [act], arrival, late=late), book)]
    others = [one for one in visitor.sessions if one not in touched]
    visitor.sessions = [*others, *live] if not others else sorted([*others, *live], key=lambda one: one.started_at)
    return Added.REARRANGED


def _rearranged(visitor: Visitor, touched: list[LiveSession], arrival: Arrival, book: Rulebook) -> list[LiveSession]:
    """The sessions that these and a new act make together; those that lost their name are noted as withdrawn."""
    old = [live.session for live in touched]
    acts = sorted([arrival.act, *(one for session in old for one in session.acts)], key=in_order)
    parts = [_named(visitor, part, old, arrival) for part in _split(acts, book)]
    kept = {session.id for session in parts}
    visitor.withdrawn.extend(session for session in old if session.id not in kept)
    return [revive(part, book) for part in parts]


def _touched(sessions: list[LiveSession], act: Act, book: Rulebook) -> list[LiveSession]:
    """The sessions that an act joins: those within a pause of it, and those within a pause of these."""
    reach_from = reach_to = act.occurred_at
    touched: list[LiveSession] = []
    grown = True
    while grown:
        grown = False
        for live in sessions:
            near = live.started_at - reach_to <= book.inactivity and reach_from - live.ended_at <= book.inactivity
            if near and live not in touched:
                touched.append(live)
                reach_from, reach_to = (
                    min(reach_from, live.started_at),
                    max(reach_to, live.ended_at),
                )
                grown = True
    return sorted(touched, key=lambda live: live.started_at)


def _split(acts: list[Act], book: Rulebook) -> Iterator[list[Act]]:
    part = [acts[0]]
    for act in acts[1:]:
        pause, length = (
            act.occurred_at - part[-1].occurred_at,
            act.occurred_at - part[0].occurred_at,
        )
        if pause > book.inactivity or length > book.max_length or len(part) >= MOST_EVENTS:
            yield part
            part = []
        part.append(act)
    yield part


def _named(visitor: Visitor, acts: list[Act], old: list[Session], arrival: Arrival) -> Session:
    """The session these acts are: the earliest whose opening event is among them, else one opened by the first."""
    ids = {act.id for act in acts}
    for session in old:
        if session.opened_by in ids:
            return msgspec.structs.replace(session, acts=acts, closed=False, touched_at=arrival.clock)
    return _opened(visitor, acts, arrival)


def _opened(visitor: Visitor, acts: list[Act], arrival: Arrival, late: bool = False) -> Session:
    first = acts[0]
    return Session(
        id=hashed_id(visitor.project, visitor.id, first.id),
        opened_by=first.id,
        opened_on=_iso_date(first.occurred_at),
        historical=arrival.historical,
        touched_at=arrival.clock,
        late=late,
        acts=acts,
    )


def _iso_date(at: Millis) -> str:
    return _iso_day(at // 86_400_000)


@lru_cache(maxsize=1024)
def _iso_day(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def revive(session: Session, book: Rulebook) -> LiveSession:
    """Fold a session's acts again."""
    fold = Fold(book, session.id)
    for act in session.acts:
        plan = book.plan(act.name, act.path)
        fold.apply(
            act,
            book.settle(plan, act.name, act.path, act.props or {}) if plan.undecided else plan,
        )
    if session.closed:
        fold.close()
    return LiveSession(session, fold, {act.id for act in session.acts})


def close(live: LiveSession) -> None:
    """End a session; a late event may still reopen it."""
    live.session.closed = True
    live.fold.close()
    live.dirty = True


def is_settled(live: LiveSession, clock: Millis, book: Rulebook) -> bool:
    """Whether a session is too old to be reopened: what comes now for its time is a late session of its own."""
    return settles_at(live, book) < clock


def settles_at(live: LiveSession, book: Rulebook) -> Millis:
    """Until when a session can be reopened."""
    return max(live.ended_at, live.session.touched_at) + book.inactivity + book.lateness
