"""A visitor's sessions as they live in memory, and when one is over or settled."""

from services.core.event import Millis
from services.core.fold import Fold
from services.core.rows import StateRow
from services.core.rulebook import Rulebook
from services.core.stored import Session

NEVER: Millis = -(1 << 62)


class LiveSession:
    """A session with what its acts come to, and the ids by which a duplicate is known."""

    __slots__ = ("dirty", "ended_at", "final", "fold", "ids", "session", "started_at", "takes_until", "user")

    def __init__(self, session: Session, fold: Fold, ids: set[str]) -> None:
        self.session = session
        self.fold = fold
        self.ids = ids
        self.dirty = True
        self.final = False  # its import is over: nothing can change it, and it is let go once written
        self.started_at: Millis = session.acts[0].occurred_at
        self.ended_at: Millis = session.acts[-1].occurred_at
        self.user = next((act.user for act in reversed(session.acts) if act.user), "")  # as was said last in it
        # The latest time of an act that it may be lengthened by, whatever the pause.
        is_judged = session.closed or session.quiet
        self.takes_until = NEVER if is_judged else fold.book.boundary.takes_until(self.started_at)


class Visitor:
    """Who acts. One that came back from the store is asleep, its sessions not yet made, until something concerns it."""

    __slots__ = ("asleep", "dirty", "id", "leaving", "moved_from", "project", "sessions", "withdrawn")

    def __init__(self, project: str, id: str, moved_from: StateRow | None = None) -> None:
        self.project = project
        self.id = id
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
    if session.closed or session.quiet:
        fold.close()
    return LiveSession(session, fold, {act.id for act in session.acts})


def close(live: LiveSession) -> None:
    """End a session; a late event may still reopen it."""
    is_judged = live.session.quiet
    live.session.closed, live.session.quiet = True, False
    if not is_judged:
        _judge(live)
    live.dirty = True


def hush(live: LiveSession) -> None:
    """Judge an open session as if it were over, for as long as no further act comes: that one folds it anew.

    What is said now is what its end would say, so that nothing but the moment hangs on when this is called.
    """
    live.session.quiet = True
    _judge(live)
    live.dirty = True


def _judge(live: LiveSession) -> None:
    live.takes_until = NEVER
    live.fold.close()


def is_settled(live: LiveSession, clock: Millis, book: Rulebook) -> bool:
    """Whether a session is too old to be reopened: what comes now for its time is a late session of its own."""
    return settles_at(live, book) < clock


def looked_at(live: LiveSession, book: Rulebook) -> Millis:
    """When the clock has something to say of a session: that it is quiet, over or settled."""
    if live.session.closed:
        return settles_at(live, book)
    return quiet_at(live) or live.ended_at + book.inactivity


def quiet_at(live: LiveSession) -> Millis:
    """When an open session is to be judged as if it were over; 0 where only its end, or its next act, can tell more.

    Nobody waits for what an import says.
    """
    run = live.fold.run
    if run is None or not run.place.quiet_after or live.session.quiet or live.session.historical:
        return 0
    return live.ended_at + run.place.quiet_after


def settles_at(live: LiveSession, book: Rulebook) -> Millis:
    """Until when a session can be reopened."""
    return max(live.ended_at, live.session.touched_at) + book.inactivity + book.lateness
