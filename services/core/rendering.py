"""How a session, as folded, is written down: the rows of `sessions` and `findings`."""

from collections.abc import Iterator

from services.core.rows import FindingRow, SessionRow, UnfinishedRow
from services.core.session import LiveSession, Visitor
from services.core.stored import Session


def session_row(visitor: Visitor, live: LiveSession, partition: int, version: int) -> SessionRow:
    """The row of a session as it stands."""
    session, fold = live.session, live.fold
    book, runs, label, furthest, seen = fold.book, fold.runs, fold.label, fold.furthest, fold.seen
    outcome_at, outcome_event = fold.outcome
    return SessionRow(
        project=visitor.project,
        opened_on=session.opened_on,
        id=session.id,
        visitor=visitor.id,
        user=live.user,
        started_at=live.started_at,
        ended_at=live.ended_at,
        state="closed" if session.closed else "open",
        late=session.late,
        historical=session.historical,
        events=len(session.acts),
        pages=fold.pages,
        entry_page=fold.entry_page,
        exit_page=fold.page,
        device=seen.device,
        browser=seen.browser,
        os=seen.os,
        country=seen.country,
        referrer_class=seen.referrer_class,
        source=seen.source,
        medium=seen.medium,
        campaign=seen.campaign,
        click_id=seen.click_id,
        stage=furthest.stage if furthest else "",
        step=furthest.step if furthest else "",
        path_stage=[run.place.stage for run in runs],
        path_step=[run.place.step for run in runs],
        path_started_at=[run.started_at for run in runs],
        path_ended_at=[run.ended_at for run in runs],
        path_event=[run.event for run in runs],
        path_rule=[run.rule for run in runs],
        job=label.job,
        job_confidence=label.confidence,
        job_evidence=list(fold.evidence.values()),
        job_rules=[book.weighing.names[rule] for rule in fold.evidence],
        job_changes=list(fold.job_changes),  # written while the fold goes on
        outcome_at=outcome_at,
        outcome_event=outcome_event,
        value=fold.value,
        currency=fold.currency or book.currency,
        journey_version=book.version,
        partition=partition,
        version=version,
    )


def finding_rows(visitor: Visitor, live: LiveSession, partition: int, version: int) -> Iterator[FindingRow]:
    """The findings of a session, those it no longer has marked deleted; what stands is noted in `written`."""
    session, fold = live.session, live.fold
    if not (fold.findings or fold.closing or session.written):
        return
    findings = fold.all_findings()
    for finding_id in session.written:
        if finding_id not in findings:
            yield undone_finding(_named(visitor, session, finding_id), partition, version)
    session.written = list(findings)
    for finding_id, one in findings.items():
        yield FindingRow(
            project=visitor.project,
            opened_on=session.opened_on,
            session_id=session.id,
            id=finding_id,
            visitor=visitor.id,
            detector=one.detector,
            stage=one.stage,
            step=one.step,
            page=one.page,
            element=one.element,
            job=fold.label.job,
            occurred_at=one.occurred_at,
            severity=one.severity,
            cost_seconds=one.cost_seconds,
            cost_steps=one.cost_steps,
            value=one.value,
            currency=one.currency,
            intended=fold.book.is_intended(one.stage, one.step),
            cause=one.cause,
            evidence=list(one.evidence),
            journey_version=fold.book.version,
            partition=partition,
            version=version,
        )


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
