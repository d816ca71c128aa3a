"""What speaks for which job: evidence, circumstances and the customer's own word, numbered; and the label they make.

A label is a function of the set of numbers alone, so replaying only the events that are its evidence gives it again.
"""

import math
from collections.abc import Iterator

from services.core.act import Act
from services.core.job import UNASSIGNED, Label, judge
from services.core.journey import Journey
from services.core.matcher import Matcher

KNOWN_LABELS = 100_000
"""Sets of evidence whose label is remembered; sessions show few of the sets there could be."""

STATED = "job_stated"
"""The event by which a customer says, with the property `job`, what they came for."""

QUARTER_HOUR = 900_000
"""Milliseconds; every time zone's clock is whole quarters of an hour from UTC."""


class Weighing:
    """Numbers all that speaks for a job, and says for which job a set of it speaks."""

    def __init__(self, journey: Journey) -> None:
        self.jobs = [job.name for job in journey.jobs]
        self.names: list[str] = []  # of each number: "job/2", "job/when/1", "job/stated"
        self.weights: list[tuple[int, float]] = []  # of each number: its job's number and its weight
        self._log_priors = [math.log(job.prior) for job in journey.jobs]
        self._log_unassigned = math.log(journey.unassigned)
        self._zone = journey.zone
        self.evidence = [
            (self._number(job, f"{story.name}/{place}", one.weight), one.match)
            for job, story in enumerate(journey.jobs)
            for place, one in enumerate(story.evidence, 1)
        ]
        self.circumstances = [
            (self._number(job, f"{story.name}/when/{place}", one.weight), one)
            for job, story in enumerate(journey.jobs)
            for place, one in enumerate(story.circumstances, 1)
        ]
        self.first_stated = len(self.weights)
        """What is said comes after all other evidence, as one number a job, and one for none of them."""
        self.evidence += self._stated_evidence()
        self.asks = frozenset[str]().union(*(one.asks for _, one in self.circumstances))
        self._asks_time = any(one.asks_time for _, one in self.circumstances)
        self._labels: dict[int, Label] = {}
        self.unseen = Label(UNASSIGNED, self._confidence_of_nothing(journey))
        """Before anything speaks for a job, none is assigned, however usual it is; as sure as the priors are."""
        self._shown: dict[tuple[object, ...], tuple[int, ...]] = {}

    def _confidence_of_nothing(self, journey: Journey) -> float:
        return round(journey.unassigned / (journey.unassigned + sum(job.prior for job in journey.jobs)), 4)

    def label(self, fired: int) -> Label:
        """The job for which a set of numbers speaks, given as bits: worked out once for each set."""
        label = self._labels.get(fired)
        if label is None:
            if len(self._labels) >= KNOWN_LABELS:
                self._labels.clear()
            scores = list(self._log_priors)
            for number, (job, weight) in enumerate(self.weights):
                if fired >> number & 1:
                    scores[job] += weight
            said = (fired >> self.first_stated).bit_length()
            stated = (*self.jobs, UNASSIGNED)[said - 1] if said else ""
            label = self._labels[fired] = judge(self.jobs, scores, self._log_unassigned, stated)
        return label

    def shown(self, act: Act) -> tuple[int, ...]:
        """The circumstances that an act shows: worked out once for each quarter of an hour and surroundings."""
        told = act.props or {}
        key = (act.occurred_at // QUARTER_HOUR if self._asks_time else 0, *map(told.get, self.asks))
        numbers = self._shown.get(key)
        if numbers is None:
            if len(self._shown) >= KNOWN_LABELS:
                self._shown.clear()
            numbers = self._shown[key] = tuple(self._holding(act))
        return numbers

    def _holding(self, act: Act) -> Iterator[int]:
        for number, circumstance in self.circumstances:
            if circumstance.holds(act, self._zone):
                yield number

    def _number(self, job: int, name: str, weight: float) -> int:
        self.names.append(name)
        self.weights.append((job, weight))
        return len(self.weights) - 1

    def _stated_evidence(self) -> Iterator[tuple[int, Matcher]]:
        for number, job in enumerate((*self.jobs, UNASSIGNED), self.first_stated):
            self.names.append(f"{job}/stated")
            yield number, Matcher.model_validate({"event": STATED, "where": {"job": job}})
