"""A visitor's sessions: what is stored of them, what lives in memory, and when one is over or settled."""

import msgspec

from services.core.act import Act
from services.core.event import Millis
from services.core.fold import Fold
from services.core.rows import StateRow
from services.core.rulebook import Rulebook

STATE_FORMAT = 1
"""Of the stored state; it grows when the fields of VisitorState, Session or Act change other than at the end."""


class Session(msgspec.Struct, gc=False, eq=False, array_like=True, kw_only=True):
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

    user: str
    sessions: list[Session]


class LiveSession(msgspec.Struct, gc=False, eq=False):
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


class Visitor(msgspec.Struct, gc=False, eq=False):
    """Who acts. One that came back from the store is asleep, its sessions not yet made, until something concerns it."""

    project: str
    id: str
    user: str = ""
    sessions: list[LiveSession] = []  # oldest first; only those that a new event could still change
    withdrawn: list[Session] = []  # merged into others since the last checkpoint
    dirty: bool = False  # something about it is not written yet
    asleep: StateRow | None = None
    moved_from: StateRow | None = None  # where its state stands in the store, if that is another log or partition


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
