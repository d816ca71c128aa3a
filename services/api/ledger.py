"""One person's jobs, attempt by attempt: what fragments/attempts.sql and open_jobs.sql mean, for one who is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.core.implication import always_meets
from services.core.journey import Journey
from services.core.matcher import Matcher
from services.core.stage import Stage

Fate = Literal["done_at_once", "continued_later", "done_elsewhere", "open", "abandoned"]
Act = tuple[datetime, str]
"""When a stage was entered, and which."""


@dataclass(frozen=True)
class Walk:
    """What a session says of a job."""

    id: str
    job: str
    started_at: datetime
    ended_at: datetime
    stage: str
    outcome_at: datetime | None
    acts: Sequence[Act]


@dataclass(frozen=True)
class Attempt:
    """A job that was set out for once, and what became of it."""

    job: str
    began_at: datetime
    fate: Fate
    done_at: datetime | None
    sessions: Sequence[str]


def done_by_stage(journey: Journey) -> dict[str, list[str]]:
    """Of each job the stages with the role `done` into which only outcomes of the job lead, in whatever session."""
    finishes = [stage for stage in journey.stages if stage.role == "done"]
    return {
        job.name: [stage.name for stage in finishes if all(always_meets(rule, job.outcome) for rule in _rules(stage))]
        for job in journey.jobs
        if job.outcome is not None
    }


def _rules(stage: Stage) -> list[Matcher]:
    return [*([stage.enter] if stage.enter is not None else []), *(step.enter for step in stage.steps)]


class Ledger:
    """Goes through one person's sessions."""

    def __init__(self, journey: Journey, as_of: datetime) -> None:
        self._window, self._as_of = journey.window, as_of
        self._stages = [stage.name for stage in journey.stages]
        self._done = {stage.name for stage in journey.stages if stage.role == "done"}
        self._by_stage = done_by_stage(journey)

    def attempts(self, walks: Sequence[Walk]) -> list[Attempt]:
        """Every attempt, the latest first."""
        acts = sorted(act for walk in walks for act in walk.acts)
        jobs = sorted({walk.job for walk in walks} - {"", "unassigned"})
        found = [
            self._pursued(tries, acts)
            for job in jobs
            for tries in self._begun(sorted((one for one in walks if one.job == job), key=_in_order))
        ]
        return sorted(found, key=lambda one: (one.began_at, one.job), reverse=True)

    def _begun(self, ones: Sequence[Walk]) -> Iterator[Sequence[Walk]]:
        """The sessions of each attempt."""
        tries: list[Walk] = []
        for one in ones:
            if tries and (tries[-1].outcome_at or one.started_at > tries[-1].started_at + self._window):
                yield tries
                tries = []
            tries.append(one)
        if tries:
            yield tries

    def _pursued(self, tries: Sequence[Walk], acts: Sequence[Act]) -> Attempt:
        first, last = tries[0], tries[-1]
        until = last.started_at + self._window
        done_at = last.outcome_at or self._done_by_stage(first, until, acts)
        fate = self._fate(first, done_at, until, acts)
        return Attempt(first.job, first.started_at, fate, done_at, [one.id for one in tries])

    def _done_by_stage(self, first: Walk, until: datetime, acts: Sequence[Act]) -> datetime | None:
        """When they finished whatever their sessions' job, where that is what this job is done by."""
        stages = self._by_stage.get(first.job, ())
        return next((at for at, stage in acts if stage in stages and first.started_at <= at <= until), None)

    def _fate(self, first: Walk, done_at: datetime | None, until: datetime, acts: Sequence[Act]) -> Fate:
        if done_at is None:
            return "open" if until > self._as_of else "abandoned"
        if done_at <= first.ended_at:
            return "done_at_once"
        came_as_far = any(
            first.ended_at < at <= done_at and self._rank(stage) >= self._rank(first.stage) and stage not in self._done
            for at, stage in acts
        )
        return "continued_later" if came_as_far else "done_elsewhere"

    def _rank(self, stage: str) -> int:
        return self._stages.index(stage) if stage in self._stages else -1


def _in_order(walk: Walk) -> tuple[datetime, str]:
    return walk.started_at, walk.id
