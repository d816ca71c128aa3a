"""How a session, as folded, is written down: the rows of `sessions` and `findings`."""

from collections.abc import Iterable, Iterator

from services.core.event import Millis
from services.core.fold import Run
from services.core.rows import FindingRow, SessionRow, UnfinishedRow
from services.core.session import LiveSession, Visitor
from services.core.stored import Session


def session_row(visitor: Visitor, live: LiveSession, partition: int, version: int) -> SessionRow:
    """The row of a session as it stands.

    Its fields are given in their order: by name, making it takes four times as long, and no row is made more often.
    """
    session, fold = live.session, live.fold
    book, label, furthest, seen = fold.book, fold.label, fold.furthest, fold.seen
    stages, steps, began, ended, opened_by, rules = _path(fold.runs)
    outcome_at, outcome_event = fold.outcome
    evidence = fold.evidence
    return SessionRow(
        visitor.project,
        session.opened_on,
        session.id,
        partition,
        version,
        visitor.id,
        live.user,
        live.started_at,
        live.ended_at,
        "closed" if session.closed else "open",
        session.late,
        session.historical,
        len(session.acts),
        fold.pages,
        fold.entry_page,
        fold.page,
        seen.device,
        seen.browser,
        seen.os,
        seen.country,
        seen.referrer_class,
        seen.source,
        seen.medium,
        seen.campaign,
        seen.click_id,
        furthest.stage if furthest else "",
        furthest.step if furthest else "",
        stages,
        steps,
        began,
        ended,
        opened_by,
        rules,
        label.job,
        label.confidence,
        list(evidence.values()),
        [book.weighing.names[rule] for rule in evidence] if evidence else [],
        list(fold.job_changes),  # written while the fold goes on
        outcome_at,
        outcome_event,
        fold.value,
        fold.currency or book.currency,
        book.version,
    )


def _path(runs: Iterable[Run]) -> tuple[list[str], list[str], list[Millis], list[Millis], list[str], list[str]]:
    """The columns of a session's path."""
    stages: list[str] = []
    steps: list[str] = []
    began: list[Millis] = []
    ended: list[Millis] = []
    opened_by: list[str] = []
    rules: list[str] = []
    for run in runs:
        place = run.place
        stages.append(place.stage)
        steps.append(place.step)
        began.append(run.started_at)
        ended.append(run.ended_at)
        opened_by.append(run.event)
        rules.append(run.rule)
    return stages, steps, began, ended, opened_by, rules


def finding_rows(visitor: Visitor, live: LiveSession, partition: int, version: int) -> list[FindingRow]:
    """The findings of a session, those it no longer has marked deleted; what stands is noted in `written`."""
    session, fold = live.session, live.fold
    if not (fold.findings or fold.closing or session.written):
        return []
    findings = fold.all_findings()
    rows = [
        undone_finding(_named(visitor, session, finding_id), partition, version)
        for finding_id in session.written
        if finding_id not in findings
    ]
    session.written = list(findings)
    for finding_id, one in findings.items():
        rows.append(
            FindingRow(
                visitor.project,
                session.opened_on,
                session.id,
                finding_id,
                partition,
                version,
                visitor.id,
                one.detector,
                one.stage,
                one.step,
                one.page,
                one.element,
                fold.label.job,
                one.occurred_at,
                one.severity,
                one.cost_seconds,
                one.cost_steps,
                one.value,
                one.currency,
                fold.book.is_intended(one.stage, one.step),
                one.cause,
                list(one.evidence),
                fold.book.version,
            )
        )
    return rows


def withdrawn_session(visitor: Visitor, session: Session, partition: int, version: int) -> SessionRow:
    """What takes a session back that was merged into another."""
    return undone_session(_named(visitor, session, ""), partition, version)


def withdrawn_findings(visitor: Visitor, session: Session, partition: int, version: int) -> Iterator[FindingRow]:
    """What takes back all that was found in such a session."""
    for finding_id in session.written:
        yield undone_finding(_named(visitor, session, finding_id), partition, version)


def _named(visitor: Visitor, session: Session, finding_id: str) -> UnfinishedRow:
    return UnfinishedRow(
        project=visitor.project,
        opened_on=session.opened_on,
        session_id=session.id,
        finding_id=finding_id,
        visitor=visitor.id,
        version=0,
    )


def undone_session(row: UnfinishedRow, partition: int, version: int) -> SessionRow:
    """What takes a session back that an unfinished checkpoint made."""
    return SessionRow(
        project=row.project,
        opened_on=row.opened_on,
        id=row.session_id,
        visitor=row.visitor,
        partition=partition,
        version=version,
        is_deleted=1,
    )


def undone_finding(row: UnfinishedRow, partition: int, version: int) -> FindingRow:
    """What takes a finding of such a session back."""
    return FindingRow(
        project=row.project,
        opened_on=row.opened_on,
        session_id=row.session_id,
        id=row.finding_id,
        visitor=row.visitor,
        partition=partition,
        version=version,
        is_deleted=1,
    )
