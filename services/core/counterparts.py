"""Which stages, steps, jobs and rules of one journey are those of another: by their names, else by what they are.

Any pairing is right that is one to one, since who uses it looks whether the pairs mean the same; a better one leaves
more of history as it stands.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from services.core.job import UNASSIGNED
from services.core.job_story import Job
from services.core.journey import Journey
from services.core.stage import Stage, Step

Part = TypeVar("Part", Stage, Step, Job)


class Counterparts:
    """One journey's names, and what the same is called in another. What has no counterpart there is not named."""

    def __init__(self, before: Journey, after: Journey) -> None:
        self.stages = list(_pairs(before.stages, after.stages, _kind_of_stage, _way_in))
        self.steps = [
            ((old, new), steps)
            for old, new in self.stages
            for steps in _pairs(old.steps, new.steps, _kind_of_step, _enter)
        ]
        self.stories = list(_pairs(before.jobs, after.jobs, _kind_of_job, _tells))
        self.places = {old.name: new.name for old, new in self.stages} | {
            f"{of.name}.{old.name}": f"{now_of.name}.{new.name}" for (of, now_of), (old, new) in self.steps
        }
        """Stages, and steps as `stage.step`."""
        self.jobs = {UNASSIGNED: UNASSIGNED} | {old.name: new.name for old, new in self.stories}
        self.rules = dict(self._rules())
        """Of all that speaks for a job."""

    @property
    def words(self) -> frozenset[str]:
        """Names of places that are other now, as findings have them in their texts."""
        renamed = [(old, new) for old, new in self.places.items() if old != new]
        steps = {old.partition(".")[2] for old, new in renamed if old.partition(".")[2] != new.partition(".")[2]}
        return frozenset(old for old, _ in renamed) | steps - {""}

    def place(self, stage: str, step: str) -> tuple[str, str]:
        """What a stage and step are called now."""
        name = f"{stage}.{step}" if step else stage
        now, _, now_step = self.places.get(name, name).partition(".")
        return now, now_step

    def label(self, stage: str, job: str) -> tuple[str, str]:
        """What a session's stage and job are called now."""
        return self.places.get(stage, stage), self.jobs.get(job, job)

    def _rules(self) -> Iterator[tuple[str, str]]:
        for old, new in self.stories:
            pieces = _in_order([one.match for one in old.evidence], [one.match for one in new.evidence])
            yield from ((f"{old.name}/{was}", f"{new.name}/{now}") for was, now in pieces)
            when = _equal(
                [circumstance(one) for one in old.circumstances], [circumstance(one) for one in new.circumstances]
            )
            yield from ((f"{old.name}/when/{was}", f"{new.name}/when/{now}") for was, now in when)
        yield from ((f"{old}/stated", f"{new}/stated") for old, new in self.jobs.items())


def circumstance(one: Any) -> dict[str, Any]:
    """What a circumstance asks for, whatever it weighs."""
    asked: dict[str, Any] = one.model_dump(mode="json", exclude={"weight"})
    return asked


def _pairs(
    before: Sequence[Part], after: Sequence[Part], kind: Callable[[Part], Any], content: Callable[[Part], Any]
) -> Iterator[tuple[Part, Part]]:
    """Those of one name, where they are of one kind; of the others those of one kind and content."""
    named = {one.name: one for one in after}
    same = {one.name for one in before if one.name in named and kind(one) == kind(named[one.name])}
    yield from ((one, named[one.name]) for one in before if one.name in same)
    others = [one for one in after if one.name not in same]
    for old in before:
        if old.name not in same:
            for new in others:
                if (kind(old), content(old)) == (kind(new), content(new)):
                    others.remove(new)
                    yield old, new
                    break


def _kind_of_stage(stage: Stage) -> Any:
    return stage.role


def _kind_of_step(step: Step) -> Any:
    return None


def _kind_of_job(job: Job) -> Any:
    return job.outcome is None


def _way_in(stage: Stage) -> Any:
    return stage.enter if stage.enter is not None else [step.enter for step in stage.steps]


def _enter(step: Step) -> Any:
    return step.enter


def _tells(job: Job) -> Any:
    return [one.match for one in job.evidence], job.outcome


def _equal(olds: Sequence[Any], news: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The numbers, from 1, of what is equal, each once."""
    left = list(range(len(news)))
    for number, old in enumerate(olds, 1):
        now = next((one for one in left if news[one] == old), None)
        if now is not None:
            left.remove(now)
            yield number, now + 1


def _in_order(olds: Sequence[Any], news: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The same, and then of the others the first with the first and so on."""
    equal = list(_equal(olds, news))
    yield from equal
    taken, given = {old for old, _ in equal}, {new for _, new in equal}
    others = (one for one in range(1, len(olds) + 1) if one not in taken)
    yield from zip(others, (one for one in range(1, len(news) + 1) if one not in given), strict=False)
