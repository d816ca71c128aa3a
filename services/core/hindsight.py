"""Stored events judged again: a visitor's acts, all there at last, cut into sessions and folded under a journey.

What comes out takes the place of what stands in the store: a session keeps its name as long as the event is in it
that once opened it, and what no longer is, is withdrawn.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from services.core.act import PAGE_VIEWS, Act
from services.core.event import Event, Millis
from services.core.finding import Finding, hashed_id
from services.core.fold import Fold
from services.core.meaning import meaning
from services.core.plan import Plan
from services.core.rendering import finding_rows, session_row, withdrawn_findings, withdrawn_session
from services.core.revision import Revision
from services.core.rows import FindingRow, SessionRow
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor
from services.core.sessioniser import opened
from services.core.stored import Session

NOWHERE = (1 << 32) - 1
"""The partition of what was judged again: no worker holds it, so none takes it for what another left unfinished."""


Shown: TypeAlias = tuple[object, ...]
"""What a finding says beside its detector and id."""


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
    findings: dict[str, str] = {}  # id → detector
    shown: dict[str, Shown] = {}  # the same of the detectors that were changed
    is_seen: bool = False  # some session of now is this one


class Rejudged(NamedTuple):
    """A session as it was and as it is now; None where there was, or is, none. `findings` has the withdrawn too."""

    before: Known | None
    now: SessionRow
    findings: list[FindingRow]


def known_as(part: Sequence[Event], known: Sequence[Known]) -> Known | None:
    """The session in the store that was opened by one of these events, the earliest where several were."""
    free = {one.id: one for one in known if not one.is_seen}
    if not free:
        return None
    for one in part:
        found = free.get(hashed_id(one.project, one.visitor, one.id))
        if found is not None:
            return found
    return None


def is_whole(part: Sequence[Event], before: Known) -> bool:
    """Whether a session in the store is these events, no fewer and no more, and knows whose they are."""
    return (
        not before.late
        and before.events == len(part)
        and (before.started_at, before.ended_at) == (part[0].occurred_at, part[-1].occurred_at)
        and (bool(before.user) or not any(one.user for one in part))
    )


def finds_the_same(part: Sequence[Event], before: Known, revision: Revision) -> bool:
    """Whether the detectors that were changed find what stands in the store. Raises msgspec.MsgspecError.

    Only for a session whose events all mean what they meant.
    """
    if revision.heard is not None and not before.shown and revision.heard.isdisjoint(one.name for one in part):
        return True
    fold = Fold(revision.book, before.id)
    for one in part:
        plan = revision.book.plan(one.name, one.path)
        if one is part[-1] or not _is_idle(one, plan, fold):
            plan, act = meaning(one, revision.book)
            fold.apply(act, plan)
    fold.close()
    return {id_: shown(one) for id_, one in fold.all_findings().items()} == before.shown


def shown(one: Finding) -> Shown:
    """A finding as `Known.shown` has it; parts of a number that no clock and no currency has are left out."""
    return (
        *(one.stage, one.step, one.page, one.element, one.occurred_at, one.severity, round(one.cost_seconds, 6)),
        *(one.cost_steps, round(one.value, 6), one.currency, one.cause, one.evidence),
    )


def rejudge(part: Sequence[Event], before: Known | None, known: Sequence[Known], book: Rulebook) -> Rejudged:
    """Fold one session's events. `before` is it in the store, `known` are all there of its visitor.

    Raises msgspec.MsgspecError where the properties of one cannot be read.
    """
    project, visitor = part[0].project, part[0].visitor
    meant = [meaning(one, book) for one in part]
    session = _session(part, before)
    session.acts = [act for _, act in meant]
    fold = Fold(book, session.id)
    for plan, act in meant:
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


def _is_idle(one: Event, plan: Plan, fold: Fold) -> bool:
    """Whether nothing comes of an event but that it was the last so far."""
    if plan.listeners or plan.place is not None or plan.evidence or plan.outcomes or plan.undecided:
        return False
    is_here = not one.path or (one.path == fold.page and one.name not in PAGE_VIEWS)
    return is_here and plan.page_classes == fold.page_classes and not fold.book.circumstances


def _session(part: Sequence[Event], before: Known | None) -> Session:
    first = part[0]
    act = Act(first.occurred_at, first.id, first.name, first.path)
    session = opened(Visitor(first.project, first.visitor), act, part[-1].occurred_at, first.watermark > 0)
    session.closed = True
    if before is not None:
        session.id, session.opened_on = before.id, before.opened_on
        session.late, session.historical = before.late, before.historical
        session.written = list(before.findings)
    return session
