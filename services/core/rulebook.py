"""A journey compiled: what an event means is looked up by its name and path, and worked out once for each pair."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.core.detector import Detector
from services.core.duration import millis
from services.core.job import Label, judge
from services.core.journey import Journey, Stage, Step
from services.core.matcher import Matcher, Props
from services.core.page import NO_CLASSES, PAGE_CLASSES, PageClass
from services.core.plan import Listener, Place, Plan

KNOWN_PLANS = 100_000
"""Pairs of name and path remembered; a site has fewer, a scan for holes has more, and then we forget them all."""

KNOWN_LABELS = 100_000
"""Sets of evidence whose label is remembered; sessions show few of the sets there could be."""

MONEY = frozenset({"value", "total", "revenue", "price", "quantity", "currency"})
"""Properties that say what a basket or an order is worth, in Segment's and GA4's words."""

_MONEY_ROLES = frozenset({"basket", "checkout", "done"})


@dataclass(frozen=True, slots=True)
class _Rule:
    matcher: Matcher
    place: Place | None = None
    evidence: int = -1
    outcome: int = -1
    page_class: PageClass | None = None
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Hearing:
    see: Listener
    hears: frozenset[str]
    notices: frozenset[str]
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Visiting:
    visit: Listener
    classes: frozenset[PageClass]
    reads: frozenset[str]


@dataclass(slots=True)
class _Draft:
    places: list[Place] = field(default_factory=list)
    evidence: list[int] = field(default_factory=list)
    outcomes: list[int] = field(default_factory=list)
    page_classes: set[PageClass] = field(default_factory=set)

    def add(self, rule: _Rule) -> None:
        if rule.place is not None:
            self.places.append(rule.place)
        elif rule.page_class is not None:
            self.page_classes.add(rule.page_class)
        elif rule.evidence >= 0:
            self.evidence.append(rule.evidence)
        else:
            self.outcomes.append(rule.outcome)


class Rulebook:
    """Answers what an event means under one journey."""

    def __init__(self, journey: Journey) -> None:
        self.version = journey.version
        self.currency = journey.currency
        self.inactivity = millis(journey.sessions.inactivity)
        self.max_length = millis(journey.sessions.max_length)
        self.lateness = millis(journey.sessions.allowed_lateness)
        self.last_stage = len(journey.stages) - 1
        self.jobs = [job.name for job in journey.jobs]
        self.shortest_paths = [job.shortest_path for job in journey.jobs]
        self._log_priors = [math.log(job.prior) for job in journey.jobs]
        self._log_unassigned = math.log(journey.unassigned)
        self._weights: list[tuple[int, float]] = []  # of each piece of evidence: its job's number and its weight
        self.rule_names: list[str] = []  # of each piece of evidence, "job/number"
        detectors = journey.detectors()
        self.entries = tuple(one.enter for one in _overriding(detectors, "enter"))
        self.turns = tuple(one.turn_back for one in _overriding(detectors, "turn_back"))
        # Drop-offs last: they name the friction before them as their likely cause.
        closing = sorted(_overriding(detectors, "close"), key=lambda one: one.kind == "drop_off")
        self.closings = tuple(one.close for one in closing)
        self._hearing = [_Hearing(one.see, one.hears, one.notices, one.reads) for one in _overriding(detectors, "see")]
        self._visiting = [_Visiting(one.visit, one.visits, one.reads) for one in _overriding(detectors, "visit")]
        self._intended = frozenset(journey.intended)
        self._rules = [*self._place_rules(journey), *self._job_rules(journey), *self._page_rules(journey)]
        self._labels: dict[int, Label] = {}
        self._plans: dict[tuple[str, str], Plan] = {}
        self._settled: dict[tuple[str, str, tuple[bool, ...]], Plan] = {}

    def plan(self, name: str, path: str) -> Plan:
        """What an event of this name on this page means, as far as that does not hang on its properties."""
        plan = self._plans.get((name, path))
        if plan is None:
            if len(self._plans) >= KNOWN_PLANS:
                self._plans.clear()
                self._settled.clear()
            plan = self._plans[name, path] = self._work_out(name, path)
        return plan

    def settle(self, plan: Plan, name: str, path: str, props: Props) -> Plan:
        """The whole meaning of an event whose plan has undecided rules."""
        answers = tuple(bool(self._rules[rule].matcher.matches(name, path, props)) for rule in plan.undecided)
        settled = self._settled.get((name, path, answers))
        if settled is None:
            settled = self._settled[name, path, answers] = self._with_answers(plan, name, path, answers)
        return settled

    def label(self, fired: int) -> Label:
        """The job for which a set of evidence speaks, given as bits: worked out once for each set."""
        label = self._labels.get(fired)
        if label is None:
            if len(self._labels) >= KNOWN_LABELS:
                self._labels.clear()
            sums = [0.0] * len(self.jobs)
            for rule, (job, weight) in enumerate(self._weights):
                if fired >> rule & 1:
                    sums[job] += weight
            label = self._labels[fired] = judge(self.jobs, self._log_priors, sums, self._log_unassigned)
        return label

    def is_intended(self, stage: str, step: str) -> bool:
        """Whether friction there serves the customer."""
        return stage in self._intended or f"{stage}.{step}" in self._intended

    def _work_out(self, name: str, path: str) -> Plan:
        answers = [rule.matcher.matches(name, path, None) for rule in self._rules]
        undecided = tuple(number for number, answer in enumerate(answers) if answer is None)
        listeners = tuple(one.see for one in self._hearing if name in one.hears or name in one.notices)
        reads = {prop for one in self._hearing if name in one.hears for prop in one.reads}
        for rule, answer in zip(self._rules, answers, strict=True):
            if answer is not False:
                reads |= rule.reads
        certain = [rule for rule, answer in zip(self._rules, answers, strict=True) if answer]
        return self._plan(certain, listeners, frozenset(reads), undecided)

    def _with_answers(self, plan: Plan, name: str, path: str, answers: tuple[bool, ...]) -> Plan:
        yes = {number for number, answer in zip(plan.undecided, answers, strict=True) if answer}
        rules = [
            rule
            for number, rule in enumerate(self._rules)
            if number in yes or rule.matcher.matches(name, path, None) is True
        ]
        return self._plan(rules, plan.listeners, plan.reads, ())

    def _plan(
        self,
        rules: list[_Rule],
        listeners: tuple[Listener, ...],
        reads: frozenset[str],
        undecided: tuple[int, ...],
    ) -> Plan:
        draft = _Draft()
        for rule in rules:
            draft.add(rule)
        # One event enters one place: the furthest that it matches, and a step rather than its stage.
        place = max(draft.places, key=lambda one: one.order, default=None)
        classes = frozenset(draft.page_classes) or NO_CLASSES
        visits = tuple(one.visit for one in self._visiting if one.classes & classes)
        return Plan(place, tuple(draft.evidence), tuple(draft.outcomes), listeners, classes, visits, reads, undecided)

    def _place_rules(self, journey: Journey) -> Iterable[_Rule]:
        order = enterable = 0
        for number, stage in enumerate(journey.stages):
            parts: tuple[Stage | Step, ...] = (stage, *stage.steps)
            for part in parts:
                enterable += part.enter is not None
                place = _place(order, number, stage, part, enterable)
                order += 1
                if part.enter is not None:
                    money = MONEY if place.is_money else frozenset()
                    yield _Rule(part.enter, place=place, reads=money | part.enter.reads())

    def _job_rules(self, journey: Journey) -> Iterable[_Rule]:
        for number, job in enumerate(journey.jobs):
            for position, evidence in enumerate(job.evidence):
                self._weights.append((number, evidence.weight))
                self.rule_names.append(f"{job.name}/{position + 1}")
                reads = frozenset(evidence.match.reads())
                yield _Rule(evidence.match, evidence=len(self._weights) - 1, reads=reads)
            if job.outcome is not None:
                yield _Rule(job.outcome, outcome=number, reads=frozenset(job.outcome.reads()))

    def _page_rules(self, journey: Journey) -> Iterable[_Rule]:
        for page_class in PAGE_CLASSES:
            visitors = [one for one in self._visiting if page_class in one.classes]
            if visitors:
                matcher = journey.pages.matcher(page_class)
                reads = frozenset(matcher.reads()).union(*(one.reads for one in visitors))
                yield _Rule(matcher, page_class=page_class, reads=reads)


def _place(order: int, number: int, stage: Stage, part: Stage | Step, enterable: int) -> Place:
    return Place(
        order=order,
        stage_number=number,
        stage=stage.name,
        step=part.name if isinstance(part, Step) else "",
        role=stage.role,
        patience=_patience(part) if isinstance(part, Step) else 0,
        stage_patience=_patience(stage),
        shortest_path=stage.shortest_path or enterable,
        is_money=stage.role in _MONEY_ROLES,
    )


def _patience(part: Stage | Step) -> int:
    return millis(part.patience) if part.patience is not None else 0


def _overriding(detectors: list[Detector], method: str) -> tuple[Detector, ...]:
    return tuple(one for one in detectors if getattr(type(one), method) is not getattr(Detector, method))
