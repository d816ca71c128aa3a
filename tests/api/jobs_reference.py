"""Attempts at jobs, slow and obvious: each person's sessions are gone through one by one."""

from collections.abc import Sequence
from typing import NamedTuple

from services.core.rows import SessionRow


class Attempt(NamedTuple):
    """A person's sessions with one job."""

    job: str
    sessions: tuple[SessionRow, ...]
    done: bool
    in_progress: bool

    @property
    def seconds(self) -> float:
        return (self.sessions[-1].outcome_at - self.sessions[0].started_at) / 1000

    @property
    def moves(self) -> int:
        return sum(max(one.pages, len(one.path_stage)) for one in self.sessions)

    @property
    def worth(self) -> float:
        return self.sessions[-1].value if self.done else max(one.value for one in self.sessions)


class Span(NamedTuple):
    """Which attempts are meant, and how long one may take; in milliseconds."""

    begins: int
    ends: int
    window: int
    as_of: int


def people(sessions: Sequence[SessionRow]) -> dict[str, str]:
    """Who each visitor was last known as, else the visitor."""
    known = {one.visitor: one.visitor for one in sessions}
    for one in sorted(sessions, key=lambda one: one.ended_at):
        if one.user:
            known[one.visitor] = one.user
    return known


def attempts(sessions: Sequence[SessionRow], span: Span) -> list[Attempt]:
    """Every attempt that began in the span."""
    known = people(sessions)
    found = []
    for one in sessions:
        if one.job in {"", "unassigned"} or not span.begins <= one.started_at < span.ends:
            continue
        person = one.user or known[one.visitor]
        same = sorted(
            (other for other in sessions if other.job == one.job and (other.user or known[other.visitor]) == person),
            key=lambda other: (other.started_at, other.id),
        )
        place = next(number for number, other in enumerate(same) if other.id == one.id)
        before = same[place - 1] if place else None
        if before is None or before.outcome_at or one.started_at > before.started_at + span.window:
            found.append(pursued(same[place:], span))
    return found


def pursued(sessions: Sequence[SessionRow], span: Span) -> Attempt:
    """What becomes of an attempt that begins with the first of these: it goes on until it is done or they stay away for
    longer than a window.
    """
    tried: list[SessionRow] = []
    for one in sessions:
        if tried and one.started_at > tried[-1].started_at + span.window:
            break
        tried.append(one)
        if one.outcome_at:
            return Attempt(one.job, tuple(tried), True, False)
    return Attempt(sessions[0].job, tuple(tried), False, tried[-1].started_at + span.window > span.as_of)
