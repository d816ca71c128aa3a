"""A journey compiled: what an event means is looked up by its name and path, and worked out once for each pair."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from services.core.act import PAGE_VIEWS
from services.core.boundary import Boundary
from services.core.duration import millis
from services.core.event import Millis
from services.core.journey import Journey
from services.core.learned import ANY, Learned
from services.core.listening import Listening
from services.core.matcher import Matcher, Props
from services.core.page import NO_CLASSES, PAGE_CLASSES, PageClass
from services.core.plan import Heard, Listener, Place, Plan
from services.core.stage import Stage, Step
from services.core.weighing import Weighing

KNOWN_PLANS = 100_000
"""Pairs of name and path remembered; a site has fewer, a scan for holes has more, and then we forget them all."""

MONEY = frozenset({"value", "total", "revenue", "price", "quantity", "currency"})
"""Properties that say what a basket or an order is worth, in Segment's and GA4's words."""

_MONEY_ROLES = frozenset({"basket", "checkout", "done"})


@dataclass(frozen=True, slots=True)
class _Rule:
    matcher: Matcher
    place: Place | None = None
    name: str = ""  # of a place's rule
    evidence: int = -1
    outcome: int = -1
    page_class: PageClass | None = None
    reads: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Draft:
    places: list[tuple[Place, str]] = field(default_factory=list)
    evidence: list[int] = field(default_factory=list)
    outcomes: list[int] = field(default_factory=list)
    page_classes: set[PageClass] = field(default_factory=set)

    def add(self, rule: _Rule) -> None:
        if rule.place is not None:
            self.places.append((rule.place, rule.name))
        elif rule.page_class is not None:
            self.page_classes.add(rule.page_class)
        elif rule.evidence >= 0:
            self.evidence.append(rule.evidence)
        else:
            self.outcomes.append(rule.outcome)


class _Heard(NamedTuple):
    """Who hears of events of one name, whatever their page."""

    listeners: tuple[Heard, ...]
    reads: frozenset[str]
    unless_bare: frozenset[Listener]  # of these, those that are not told of one without a property that is read


class Rulebook:
    """Answers what an event means under one journey."""

    def __init__(self, journey: Journey, like: "Rulebook | None" = None) -> None:
        """`like` is the book of a journey that is the same but for detectors that are heard: then one session may be
        given the answers of both, since their places are the same ones.
        """
        self.version = journey.version
        self.currency = journey.currency
        self.boundary = Boundary(journey)
        self.inactivity = self.boundary.inactivity
        self.lateness = millis(journey.sessions.allowed_lateness)
        self.last_stage = len(journey.stages) - 1
        self.ends_in_purchase = journey.stages[-1].role in {"basket", "checkout"}
        self.outcomes = frozenset(job.name for job in journey.jobs if job.outcome is not None)
        """The jobs of which an event tells that they are done."""
        self.shortest_paths = [job.shortest_path for job in journey.jobs]
        self.weighing = Weighing(journey)
        self.jobs = self.weighing.jobs
        self.stays, self.waits = _learned(journey.learned)
        self.circumstances = bool(self.weighing.circumstances)
        self.asks = self.weighing.asks
        listening = Listening(journey)
        self._told_live = listening.told_live
        self.entries, self.turns, self.closings = listening.entries, listening.turns, listening.closings
        self.outstays = listening.outstays
        self._hearing, self._visiting = listening.hearing, listening.visiting
        self._intended = frozenset(journey.intended)
        rules = (*self._place_rules(journey), *self._job_rules(journey), *self._page_rules(journey))
        self._rules: list[_Rule] = list(rules) if like is None else like._rules
        self.plans: dict[tuple[str, str], Plan] = {}
        """What is known already; ask `plan` for what may not be."""
        self._heard: dict[str, _Heard] = {}
        self._settled: dict[tuple[str, str, tuple[bool, ...]], Plan] = {}

    def plan(self, name: str, path: str) -> Plan:
        """What an event of this name on this page means, as far as that does not hang on its properties."""
        plan = self.plans.get((name, path))
        if plan is None:
            if len(self.plans) >= KNOWN_PLANS:
                self.plans.clear()
                self._settled.clear()
            plan = self.plans[name, path] = self._work_out(name, path)
        return plan

    def settle(self, plan: Plan, name: str, path: str, props: Props) -> Plan:
        """The whole meaning of an event whose plan has undecided rules."""
        answers = tuple([ask(props) for ask in plan.questions])
        settled = self._settled.get((name, path, answers))
        if settled is None:
            settled = self._settled[name, path, answers] = self._with_answers(plan, name, path, answers)
        return settled

    def ways_in(self) -> list[tuple[Place, str, Matcher]]:
        """Each rule by which a place is entered: the place, the rule's name, and what it asks for."""
        return [(one.place, one.name, one.matcher) for one in self._rules if one.place is not None]

    def stay(self, place: str, job: str) -> Millis:
        """The longest usual stay in a stage or `stage.step` with this job, 0 where none was learned."""
        of = self.stays.get(place)
        return of.get(job) or of.get(ANY, 0) if of else 0

    def is_intended(self, stage: str, step: str) -> bool:
        """Whether friction there serves the customer."""
        return stage in self._intended or f"{stage}.{step}" in self._intended

    def _work_out(self, name: str, path: str) -> Plan:
        answers = [rule.matcher.matches(name, path, None) for rule in self._rules]
        heard = self._heard.get(name) or self._hear(name)
        may_hold = [rule for rule, answer in zip(self._rules, answers, strict=True) if answer is not False]
        certain = [rule for rule, answer in zip(self._rules, answers, strict=True) if answer]
        undecided: tuple[int, ...] = ()
        if len(certain) < len(may_hold):
            undecided = tuple(number for number, answer in enumerate(answers) if answer is None)
        questions = tuple(self._rules[number].matcher.question(name, path) for number in undecided)
        reads = heard.reads.union(*(rule.reads for rule in may_hold))
        told = Plan(name, path, None, "", (), (), heard.listeners, reads=reads, undecided=undecided)
        plan = self._plan(replace(told, questions=questions) if questions else told, certain)
        bare = self._bare(plan, heard.unless_bare)
        return plan if bare is None else replace(plan, bare=bare)

    def _hear(self, name: str) -> _Heard:
        """Who hears of events of a name: few names have many pages."""
        if len(self._heard) >= KNOWN_PLANS:
            self._heard.clear()
        heard = self._heard[name] = _Heard(
            tuple(
                ("" if name in one.hears else one.waits_as, one.see)
                for one in self._hearing
                if name in one.hears or name in one.notices
            ),
            frozenset(prop for one in self._hearing if name in one.hears for prop in one.reads) | self.asks,
            frozenset(one.see for one in self._hearing if name in one.passes_over),
        )
        return heard

    def _bare(self, plan: Plan, deaf: frozenset[Listener]) -> Plan | None:
        """What is meant by an event of this name on this page with none of the properties that are read."""
        if not deaf and not plan.undecided:
            return None
        listeners = tuple(one for one in plan.listeners if one[1] not in deaf)
        if not plan.undecided:
            return None if len(listeners) == len(plan.listeners) else replace(plan, listeners=listeners)
        return replace(self.settle(plan, plan.name, plan.path, {}), listeners=listeners)

    def _with_answers(self, plan: Plan, name: str, path: str, answers: tuple[bool, ...]) -> Plan:
        yes = {number for number, answer in zip(plan.undecided, answers, strict=True) if answer}
        rules = [
            rule
            for number, rule in enumerate(self._rules)
            if number in yes or rule.matcher.matches(name, path, None) is True
        ]
        return self._plan(replace(plan, undecided=(), questions=()), rules)

    def _plan(self, heard: Plan, rules: list[_Rule]) -> Plan:
        """With what these rules say of it, who hears of it and what they read being known."""
        draft = _Draft()
        for rule in rules:
            draft.add(rule)
        # One event enters one place: the furthest that it matches, and a step rather than its stage.
        place, entered_by = max(draft.places, key=lambda one: one[0].order, default=(None, ""))
        classes = frozenset(draft.page_classes) or NO_CLASSES
        visits = tuple(one.visit for one in self._visiting if one.classes & classes)
        return replace(
            heard,
            place=place,
            entered_by=entered_by,
            evidence=tuple(draft.evidence),
            outcomes=tuple(draft.outcomes),
            page_classes=classes,
            visits=visits,
            speaks=bool(draft.evidence or draft.outcomes or self.circumstances),
            is_view=heard.name in PAGE_VIEWS,
            moves=bool(heard.path or classes),
            quiet_after=place.quiet_after if place else 0,
        )

    def _place_rules(self, journey: Journey) -> Iterable[_Rule]:
        order = enterable = 0
        for number, stage in enumerate(journey.stages):
            parts: tuple[Stage | Step, ...] = (stage, *stage.steps)
            for part in parts:
                enterable += part.enter is not None
                place = self._place(order, number, stage, part, enterable)
                order += 1
                if part.enter is not None:
                    money = MONEY if place.is_money else frozenset()
                    for rule, matcher in enumerate(part.enter.alternatives(), 1):
                        yield _Rule(matcher, place, f"{place.name}/{rule}", reads=money | matcher.reads())

    def _place(self, order: int, number: int, stage: Stage, part: Stage | Step, enterable: int) -> Place:
        step = f"{stage.name}.{part.name}" if isinstance(part, Step) else ""
        step_patience = _patience(part) if step else 0
        return Place(
            order=order,
            stage_number=number,
            stage=stage.name,
            step=part.name if isinstance(part, Step) else "",
            role=stage.role,
            patience=step_patience,
            stage_patience=_patience(stage),
            shortest_path=stage.shortest_path or enterable,
            quiet_after=self._quiet_after(stage, part),
            is_money=stage.role in _MONEY_ROLES,
            least_stay=step_patience or (self._least_stay(step) if step else 0),
            least_stage_stay=_patience(stage) or self._least_stay(stage.name),
            is_timed=bool(step_patience or _patience(stage) or {step, stage.name} & self.stays.keys()),
        )

    def _least_stay(self, place: str) -> Millis:
        """The shortest that was learned for any job, 0 where none was."""
        return min(self.stays.get(place, {}).values(), default=0)

    def _quiet_after(self, stage: Stage, part: Stage | Step) -> Millis:
        """The patience of the stage, else of the step; nobody waits for it where the session is over before."""
        patience = _patience(stage) or _patience(part)
        return patience if stage.role in self._told_live and patience < self.inactivity else 0

    def _job_rules(self, journey: Journey) -> Iterable[_Rule]:
        for evidence, matcher in self.weighing.evidence:
            yield _Rule(matcher, evidence=evidence, reads=frozenset(matcher.reads()))
        for number, job in enumerate(journey.jobs):
            if job.outcome is not None:
                yield _Rule(job.outcome, outcome=number, reads=frozenset(job.outcome.reads()))

    def _page_rules(self, journey: Journey) -> Iterable[_Rule]:
        for page_class in PAGE_CLASSES:
            visitors = [one for one in self._visiting if page_class in one.classes]
            if visitors:
                matcher = journey.pages.matcher(page_class)
                reads = frozenset(matcher.reads()).union(*(one.reads for one in visitors))
                yield _Rule(matcher, page_class=page_class, reads=reads)


def _learned(learned: Learned | None) -> tuple[dict[str, dict[str, Millis]], dict[str, Millis]]:
    if learned is None:
        return {}, {}
    stays = {place: {job: millis(one) for job, one in of.items()} for place, of in learned.stays.items()}
    return stays, {field: millis(one) for field, one in learned.waits.items()}


def _patience(part: Stage | Step) -> int:
    return millis(part.patience) if part.patience is not None else 0
