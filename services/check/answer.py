"""Sessions and findings of a trial, put together into what is told of it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

import msgspec
from pydantic import BaseModel

from services.check.told import Answer, Assigned, Found, Judged, Met, Reached, Reason, Seen, Unmatched
from services.check.trial import Trial
from services.core.event import Event
from services.core.job import STATED_WEIGHT, UNASSIGNED
from services.core.journey import Journey
from services.core.rows import FindingRow, SessionRow
from services.replay.lines import Broken
from services.replay.times import rfc3339


def answer(journey: Journey, events: Sequence[Event], broken: Sequence[Broken], trial: Trial) -> Answer:
    """Put together what is to be told."""
    names = {event.id: _called(event) for event in events}
    times = {event.id: event.occurred_at for event in events}
    found: dict[str, list[FindingRow]] = {}
    for finding in trial.findings:
        found.setdefault(finding.session_id, []).append(finding)
    sessions = trial.sessions
    left_out = [f"line {one.line}: {one.reason}" for one in broken]
    left_out += [f"{one.reason}: {one.detail}" for one in trial.refused]
    return Answer(
        journey=journey.journey,
        version=journey.version,
        events=len(events),
        visitors=len({(event.project, event.visitor) for event in events}),
        left_out=left_out,
        stages=list(_stages(journey, sessions)),
        jobs=list(_jobs(journey, sessions)),
        rules=list(_rules(trial, sessions, names)),
        findings=list(_findings(trial.findings)),
        unmatched=_unmatched(trial, events),
        sessions=[_judged(one, found.get(one.id, []), names, times) for one in sessions],
    )


def _called(event: Event) -> str:
    return f"{event.name} {event.path}".strip()


def _stages(journey: Journey, sessions: Sequence[SessionRow]) -> Iterator[Reached]:
    counts = Counter(one.stage for one in sessions)
    for stage in (*(stage.name for stage in journey.stages), ""):
        yield Reached(stage, counts[stage], _share(counts[stage], sessions))


def _jobs(journey: Journey, sessions: Sequence[SessionRow]) -> Iterator[Assigned]:
    primary = {job.name: job.primary for job in journey.jobs}
    for job in (*primary, UNASSIGNED):
        mine = [one for one in sessions if one.job == job]
        sure = median([one.job_confidence for one in mine]) if mine else 0.0
        done = sum(bool(one.outcome_event) for one in mine)
        yield Assigned(job, primary.get(job, False), len(mine), _share(len(mine), sessions), sure, done)


def _rules(trial: Trial, sessions: Sequence[SessionRow], names: dict[str, str]) -> Iterator[Met]:
    weighing = trial.book.weighing
    said: dict[int, BaseModel] = {**dict(weighing.evidence), **dict(weighing.circumstances)}
    met: dict[str, Counter[str]] = {}
    for session in sessions:
        for rule, event in zip(session.job_rules, session.job_evidence, strict=True):
            met.setdefault(rule, Counter())[names.get(event, event)] += 1
    for number, rule in enumerate(weighing.names):
        events = met.get(rule, Counter())
        is_stated = number >= weighing.first_stated
        if events or not is_stated:
            weight = STATED_WEIGHT if is_stated else weighing.weights[number][1]
            yield Met(rule, _in_short(said[number]), weight, events.total(), dict(events.most_common()))


def _in_short(rule: BaseModel) -> str:
    """A rule as it may stand in the journey file."""
    return json.dumps(rule.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"weight"}))


def _findings(findings: Sequence[FindingRow]) -> Iterator[Found]:
    for detector, count in Counter(one.detector for one in findings).most_common():
        mine = [one for one in findings if one.detector == detector]
        places = Counter(_place(one) for one in mine)
        sessions = len({one.session_id for one in mine})
        yield Found(detector, count, sessions, sum(one.intended for one in mine), dict(places.most_common()))


def _place(finding: FindingRow) -> str:
    return ".".join(filter(None, (finding.stage, finding.step))) or "before any stage"


def _unmatched(trial: Trial, events: Iterable[Event]) -> list[Unmatched]:
    counts: Counter[tuple[str, bool]] = Counter()
    for event in events:
        plan = trial.book.plan(event.name, event.path)
        if plan.undecided:
            props = msgspec.json.decode(event.props)
            plan = trial.book.settle(plan, event.name, event.path, props)
        if plan.place is None and not plan.evidence and not plan.outcomes:
            counts[event.name, bool(plan.listeners or plan.visits)] += 1
    return [Unmatched(name, count, watched) for (name, watched), count in counts.most_common()]


def _judged(
    session: SessionRow, findings: Sequence[FindingRow], names: dict[str, str], times: dict[str, int]
) -> Judged:
    return Judged(
        id=session.id,
        visitor=session.visitor,
        started_at=rfc3339(session.started_at),
        events=session.events,
        path=[".".join(filter(None, place)) for place in zip(session.path_stage, session.path_step, strict=True)],
        path_reasons=[
            Reason(rule, event, names.get(event, ""), rfc3339(times.get(event, 0)))
            for rule, event in zip(session.path_rule, session.path_event, strict=True)
        ],
        stage=session.stage,
        step=session.step,
        job=session.job,
        confidence=session.job_confidence,
        job_changes=session.job_changes,
        reasons=[
            Reason(rule, event, names.get(event, ""), rfc3339(times.get(event, 0)))
            for rule, event in zip(session.job_rules, session.job_evidence, strict=True)
        ],
        done_by=names.get(session.outcome_event, ""),
        findings=[
            Seen(one.detector, _place(one), one.cause, one.intended, [names.get(id_, id_) for id_ in one.evidence])
            for one in findings
        ],
    )


def _share(part: int, whole: Sequence[SessionRow]) -> float:
    return round(part / len(whole), 4) if whole else 0.0
