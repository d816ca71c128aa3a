"""Stored events judged again: a visitor's acts, all there at last, cut into sessions and folded under a journey.

What comes out takes the place of what stands in the store: a session keeps its name as long as the event is in it
that once opened it, and what no longer is, is withdrawn.
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import msgspec

from services.core.act import Act
from services.core.event import Event, Millis
from services.core.finding import Finding, hashed_id
from services.core.fold import Fold
from services.core.meaning import meaning, read
from services.core.plan import Plan
from services.core.rendering import finding_rows, session_row, withdrawn_findings, withdrawn_session
from services.core.rows import FindingRow, SessionRow
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor
from services.core.sessioniser import opened
from services.core.stored import Session
from services.core.unheard import Quiet

Told: TypeAlias = tuple[Any, ...]
"""An event as the store tells it: what the numbers below name and, where a journey asks for the surroundings of events,
context, URL and referrer. A bare tuple, as it comes: names for the fields would cost as much as all else.
"""

DAY, VISITOR, ID, NAME, PATH, USER, AT, HISTORICAL, PROPS, SEEN = range(10)
_at, _user, _seen = itemgetter(AT), itemgetter(USER), itemgetter(SEEN)

NOWHERE = (1 << 32) - 1
"""The partition of what was judged again: no worker holds it, so none takes it for what another left unfinished."""


Shown: TypeAlias = tuple[Any, ...]
"""What a finding says beside its detector and id: its stage and step first."""


class Known(msgspec.Struct, gc=False, kw_only=True):
    """A session as it stands in the store."""

    id: str
    opened_on: str
    visitor: str
    user: str
    started_at: Millis
    ended_at: Millis
    events: int
    late: bool
    historical: bool
    version: int
    journey: str  # its version
    stage: str
    job: str
    done: bool  # its job
    rules: str = ""  # that spoke for a job, in their order, where that is asked for
    shape: str = ""  # the places it entered and its moves, where that is asked for
    is_worded: bool = False  # a finding names a place in words that is called otherwise now
    findings: dict[str, str] = {}  # id → detector
    shown: dict[str, Shown] = {}  # the same of the detectors that were changed
    is_seen: bool = False  # some session of now is this one


class Rejudged(NamedTuple):
    """A session as it was and as it is now; None where there was, or is, none. `findings` has the withdrawn too."""

    before: Known | None
    now: SessionRow
    findings: list[FindingRow]


def parts(events: list[Told], book: Rulebook) -> Iterator[list[Told]]:
    """A visitor's events in their order, cut where one session ends and the next begins."""
    return book.boundary.cut(events, _at, _seen)


def known_as(project: str, part: Sequence[Told], known: Sequence[Known]) -> Known | None:
    """The session in the store that was opened by one of these events, the earliest where several were."""
    free = {one.id: one for one in known if not one.is_seen}
    if not free:
        return None
    for one in part:
        found = free.get(hashed_id(project, one[VISITOR], one[ID]))
        if found is not None:
            return found
    return None


def last_user(part: Sequence[Told]) -> str:
    """Who the visitor was last said to be in a session."""
    return next(filter(None, map(_user, reversed(part))), "")


def shown(one: Finding) -> Shown:
    """A finding as `Known.shown` has it; parts of a number that no clock and no currency has are left out."""
    return (
        *(one.stage, one.step, one.page, one.element, one.occurred_at, one.severity, round(one.cost_seconds, 6)),
        *(one.cost_steps, round(one.value, 6), one.currency, one.cause, one.evidence),
    )


def rejudge(
    project: str,
    part: Sequence[Told],
    before: Known | None,
    known: Sequence[Known],
    book: Rulebook,
    quiet: Quiet | None = None,
) -> Rejudged:
    """Fold one session's events. `before` is it in the store, `known` are all there of its visitor; `quiet` tells which
    of the events need not be heard.

    Raises msgspec.MsgspecError where the properties of one cannot be read.
    """
    if quiet is None:
        meant = [meaning_of(one, book) for one in part]
    else:
        meant = [meaning_of(one, book if one[NAME] in quiet.still_heard else quiet.book) for one in part]
    session = _session(project, part, before)
    session.acts = [act for _, act in meant]
    fold = Fold(book, session.id)
    for plan, act in meant:
        fold.apply(act, plan)
    fold.close()
    who = Visitor(project, part[0][VISITOR])
    # Above all that was ever written of this visitor: a name may come back that was withdrawn with another session.
    version = 1 + max((one.version for one in known), default=0)
    live = LiveSession(session, fold, set())
    return Rejudged(before, session_row(who, live, NOWHERE, version), finding_rows(who, live, NOWHERE, version))


def withdraw(project: str, known: Known) -> Rejudged:
    """Take back a session that no longer is."""
    session = Session(
        id=known.id,
        opened_by="",
        opened_on=known.opened_on,
        historical=known.historical,
        touched_at=0,
        written=list(known.findings),
    )
    at = (NOWHERE, known.version + 1)
    who = Visitor(project, known.visitor)
    return Rejudged(known, withdrawn_session(who, session, *at), list(withdrawn_findings(who, session, *at)))


def is_readable(one: Told, book: Rulebook) -> bool:
    """Whether what an event means can be said: its properties may be no JSON."""
    try:
        meaning_of(one, book)
    except msgspec.MsgspecError:
        return False
    return True


def meaning_of(one: Told, book: Rulebook) -> tuple[Plan, Act]:
    """What an event means, and the act that it is. Raises msgspec.MsgspecError where its properties cannot be read."""
    if book.asks:
        return _meaning_in_surroundings(one, book)
    _, _, id_, name, path, user, at, _, props, seen = one
    plan = book.plans.get((name, path)) or book.plan(name, path)
    if not plan.reads:
        return plan, Act(at, id_, plan.name, plan.path, None, seen, user)
    # An event made of it, to be read as one that comes, would cost as much as the reading.
    plan, kept = read(props, plan, book)
    return plan, Act(at, id_, plan.name, plan.path, kept, seen, user)


def _meaning_in_surroundings(one: Told, book: Rulebook) -> tuple[Plan, Act]:
    _, visitor, id_, name, path, user, at, historical, props, seen, context, url, referrer = one
    raw = msgspec.Raw
    # By place: names would take as long as all else.
    event = Event(
        *(id_, "", visitor, "", name, at, at, at if historical else 0, user),
        *(path, url, referrer, "", raw(props), raw(context), seen),
    )
    return meaning(event, book)


def _session(project: str, part: Sequence[Told], before: Known | None) -> Session:
    first = part[0]
    act = Act(first[AT], first[ID], first[NAME], first[PATH])
    session = opened(Visitor(project, first[VISITOR]), act, part[-1][AT], bool(first[HISTORICAL]))
    session.closed = True
    if before is not None:
        session.id, session.opened_on = before.id, before.opened_on
        session.late, session.historical = before.late, before.historical
        session.written = list(before.findings)
    return session
