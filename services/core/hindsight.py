"""Stored events judged again: a visitor's acts, all there at last, cut into sessions and folded under a journey.

What comes out takes the place of what stands in the store: a session keeps its name as long as the event is in it
that once opened it, and what no longer is, is withdrawn.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from services.core.act import Act
from services.core.event import Millis
from services.core.finding import hashed_id
from services.core.fold import Fold
from services.core.plan import Plan
from services.core.rendering import finding_rows, session_row, withdrawn_findings, withdrawn_session
from services.core.rows import FindingRow, SessionRow
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor
from services.core.sessioniser import MOST_EVENTS, opened
from services.core.stored import Session

NOWHERE = (1 << 32) - 1
"""The partition of what was judged again: no worker holds it, so none takes it for what another left unfinished."""


class Told(NamedTuple):
    """One stored event, read under the new journey."""

    act: Act
    plan: Plan
    user: str
    historical: bool


class Known(msgspec.Struct, gc=False, kw_only=True):
    """A session as it stands in the store."""

    id: str
    opened_on: str
    visitor: str
    user: str
    ended_at: Millis
    late: bool
    historical: bool
    version: int
    stage: str
    job: str
    done: bool  # its job
    findings: dict[str, str] = {}  # id → detector
    is_seen: bool = False  # some session of now is this one


class Rejudged(NamedTuple):
    """A session as it was and as it is now; None where there was, or is, none. `findings` has the withdrawn too."""

    before: Known | None
    now: SessionRow
    findings: list[FindingRow]


def parts(told: Sequence[Told], book: Rulebook) -> Iterator[list[Told]]:
    """A visitor's acts in their order, cut where one session ends and the next begins."""
    part: list[Told] = []
    began = last = 0
    for one in told:
        at = one.act.occurred_at
        if part and (at - last > book.inactivity or at - began > book.max_length or len(part) >= MOST_EVENTS):
            yield part
            part = []
        if not part:
            began = at
        part.append(one)
        last = at
    if part:
        yield part


def rejudge(project: str, visitor: str, part: Sequence[Told], known: Sequence[Known], book: Rulebook) -> Rejudged:
    """Fold one session's acts. `known` are the visitor's sessions in the store that it may be one of."""
    before = _named(project, visitor, part, known)
    session = _session(project, visitor, part, before)
    fold = Fold(book, session.id)
    for act, plan, _, _ in part:
        fold.apply(act, plan)
    fold.close()
    users = (one.user for one in reversed(part) if one.user)
    who = Visitor(project, visitor, user=(before.user if before else "") or next(users, ""))
    # Above all that was ever written of this visitor: a name may come back that was withdrawn with another session.
    version = 1 + max((one.version for one in known), default=0)
    live = LiveSession(session, fold, set())
    return Rejudged(before, session_row(who, live, NOWHERE, version), list(finding_rows(who, live, NOWHERE, version)))


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


def _named(project: str, visitor: str, part: Iterable[Told], known: Sequence[Known]) -> Known | None:
    """The session in the store that was opened by one of these events, the earliest where several were."""
    free = {one.id: one for one in known if not one.is_seen}
    if not free:
        return None
    for one in part:
        found = free.get(hashed_id(project, visitor, one.act.id))
        if found is not None:
            found.is_seen = True
            return found
    return None


def _session(project: str, visitor: str, part: Sequence[Told], before: Known | None) -> Session:
    acts = [one.act for one in part]
    session = opened(Visitor(project, visitor), acts[0], acts[-1].occurred_at, part[0].historical)
    session.acts = acts
    session.closed = True
    if before is not None:
        session.id, session.opened_on = before.id, before.opened_on
        session.late, session.historical = before.late, before.historical
        session.written = list(before.findings)
    return session
