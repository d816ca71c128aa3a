"""What the parts of a journey file say of each other: names used twice, and names of what there is not."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from services.core.detectors import DETECTORS
from services.core.job import UNASSIGNED
from services.core.job_story import Job
from services.core.learned import ANY, Learned
from services.core.mistake import Key, Mistake, unknown
from services.core.spikes.rules import AlertRules
from services.core.stage import Stage, Step


class Told(NamedTuple):
    """The parts of a journey that name each other."""

    stages: Sequence[Stage]
    jobs: Sequence[Job]
    intended: Sequence[str]
    learned: Learned | None
    alerts: AlertRules

    @property
    def places(self) -> list[str]:
        """Every stage, and every step as `stage.step`."""
        return [
            place
            for stage in self.stages
            for place in (stage.name, *(f"{stage.name}.{step.name}" for step in stage.steps))
        ]

    @property
    def job_names(self) -> list[str]:
        return [job.name for job in self.jobs]


def disagreements(told: Told) -> Iterator[Mistake]:
    """Each where it stands."""
    yield from _doubled(("stages",), "stage", told.stages)
    for number, stage in enumerate(told.stages):
        yield from _doubled(("stages", number, "steps"), f"step of {stage.name}", stage.steps)
    yield from _doubled(("jobs",), "job", told.jobs)
    yield from _missing(("intended",), "stage or step", told.intended, told.places)
    yield from _unlearned(told)
    yield from _of_alerts(told)


def _doubled(key: Key, what: str, named: Iterable[Stage | Step | Job]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for number, one in enumerate(named):
        if one.name in seen:
            yield Mistake((*key, number, "name"), f"the {what} name {one.name!r} is used twice; give each its own")
        seen.add(one.name)


def _missing(key: Key, what: str, names: Iterable[str], known: list[str]) -> Iterator[Mistake]:
    for number, name in enumerate(names):
        if name not in known:
            yield Mistake((*key, number), _there_is_no(what, name, known))


def _there_is_no(what: str, name: str, known: list[str]) -> str:
    return f"this journey has no {what} {name!r}; {unknown(name, known)}"


def _unlearned(told: Told) -> Iterator[Mistake]:
    jobs = {*told.job_names, UNASSIGNED, ANY}
    for place, of in (told.learned.stays if told.learned else {}).items():
        if place not in told.places:
            words = f"{place!r} is no stage or step of this journey any more: learn again, or take it out"
            yield Mistake(("learned", "stays", place), words)
        for job in of.keys() - jobs:
            words = f"{job!r} is no job of this journey any more: learn again, or take it out"
            yield Mistake(("learned", "stays", place, job), words)


def _of_alerts(told: Told) -> Iterator[Mistake]:
    stages, jobs = [stage.name for stage in told.stages], told.job_names
    for number, one in enumerate(told.alerts.receivers):
        key = ("alerts", "receivers", number)
        yield from _missing((*key, "stages"), "stage", one.stages, stages)
        yield from _missing((*key, "jobs"), "job", one.jobs, jobs)
    for number, objective in enumerate(told.alerts.objectives):
        if objective.job not in jobs:
            key = ("alerts", "objectives", number)
            yield Mistake((*key, "job"), _there_is_no("job", objective.job, jobs))
    yield from _missing(("alerts", "friction"), "detector", told.alerts.friction or (), list(DETECTORS))
