"""What other weights make of sessions' labels, without their events: the rules that spoke stand in the store, in order.

Apart from what makes a journey other, since here nothing of a session is looked at but its `job_rules`.
"""

from services.core.counterparts import Counterparts
from services.core.job import UNASSIGNED
from services.core.journey import Journey
from services.core.weighing import Weighing

BETWEEN = " "
"""Between the names of rules in a text of them; no name has one."""


class Relabelling:
    """One journey's weights held against those before."""

    def __init__(self, before: Journey, after: Journey, same: Counterparts) -> None:
        self._before, self._after = Weighing(before), Weighing(after)
        self._jobs = same.jobs
        now = _numbers(self._after)
        self._numbers = {
            # One that is gone says nothing any more.
            name: (number, 1 << now[same.rules[name]] if name in same.rules else 0)
            for number, name in enumerate(self._before.names[: self._before.first_stated])
        }
        self._kept: dict[str, bool] = {}

    def keeps_jobs(self, rules: str) -> bool:
        """Whether a session has the same job at all times as before, if not as surely: then all else of it stays.

        `rules` are those that spoke, in their order. Where one is the customer's word, it may have taken the place of
        another, of which nothing is known any more: then the session's events must tell.
        """
        kept = self._kept.get(rules)
        if kept is None:
            kept = self._kept[rules] = self._keeps(rules)
        return kept

    def _keeps(self, rules: str) -> bool:
        was = now = 0
        for rule in rules.split():
            if rule not in self._numbers:
                return False
            old, new = self._numbers[rule]
            was |= 1 << old
            now |= new
            if self._jobs.get(self._before.label(was).job) != _job(self._after, now):
                return False
        return True


class Confidences:
    """How sure a journey is of the jobs of sessions, by the rules that spoke, as the one before it named both."""

    def __init__(self, journey: Journey, same: Counterparts) -> None:
        self._weighing = Weighing(journey)
        now = _numbers(self._weighing)
        self._numbers = {old: now[new] for old, new in same.rules.items()}
        self._jobs = same.jobs
        self.unseen = self._weighing.unseen.confidence
        """How sure that there is none where no rule spoke."""

    def of(self, rules: str, job: str) -> float | None:
        """How sure of this job; None where these rules are not this journey's, or speak for another job."""
        # Rules that are gone say nothing any more.
        fired = sum(1 << self._numbers[rule] for rule in rules.split() if rule in self._numbers)
        now = self._jobs.get(job)
        if not fired:
            return self.unseen if now == UNASSIGNED else None
        label = self._weighing.label(fired)
        return label.confidence if label.job == now else None


def _job(weighing: Weighing, fired: int) -> str:
    """The job for which these numbers speak, given as bits; none before any does."""
    return weighing.label(fired).job if fired else UNASSIGNED


def _numbers(weighing: Weighing) -> dict[str, int]:
    return {name: number for number, name in enumerate(weighing.names)}
