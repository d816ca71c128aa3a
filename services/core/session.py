"""A visitor's sessions as they live in memory, and when one is over or settled."""

from services.core.event import Millis
from services.core.fold import Fold
from services.core.rows import StateRow
from services.core.rulebook import Rulebook
from services.core.stored import Session

NEVER: Millis = -(1 << 62)


class LiveSession:
    """A session with what its acts come to, and the ids by which a duplicate is known."""

    __slots__ = ("dirty", "ended_at", "final", "fold", "ids", "session", "started_at", "takes_until")

    def __init__(self, session: Session, fold: Fold, ids: set[str]) -> None:
        self.session = session
        self.fold = fold
        self.ids = ids
        self.dirty = True
        self.final = False  # its import is over: nothing can change it, and it is let go once written
        self.started_at: Millis = session.acts[0].occurred_at
        self.ended_at: Millis = session.acts[-1].occurred_at
        # The latest time of an act that it may be lengthened by, whatever the pause.
        self.takes_until = NEVER if session.closed else self.started_at + fold.book.max_length


class Visitor:
    """Who acts. One that came back from the store is asleep, its sessions not yet made, until something concerns it."""

    __slots__ = ("asleep", "dirty", "id", "leaving", "moved_from", "project", "sessions", "user", "withdrawn")

    def __init__(self, project: str, id: str, user: str = "", moved_from: StateRow | None = None) -> None:
        self.project = project
        self.id = id
        self.user = user
        self.sessions: list[LiveSession] = []  # oldest first; only those that a new event could still change
        self.withdrawn: list[Session] = []  # merged into others since the last checkpoint
        self.dirty = False  # something about it is not written yet
        self.leaving = False  # it is of the checkpoint begun, and not written down for it
        self.asleep: StateRow | None = None
        self.moved_from = moved_from  # where its state stands in the store, if that is another log or partition


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
    live.takes_until = NEVER
    live.fold.close()
    live.dirty = True


def is_settled(live: LiveSession, clock: Millis, book: Rulebook) -> bool:
    """Whether a session is too old to be reopened: what comes now for its time is a late session of its own."""
    return settles_at(live, book) < clock


def settles_at(live: LiveSession, book: Rulebook) -> Millis:
    """Until when a session can be reopened."""
    return max(live.ended_at, live.session.touched_at) + book.inactivity + book.lateness
