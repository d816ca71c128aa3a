"""What a session's acts come to, taken one after the other: its path, stage, job, worth and findings.

A fold is never stored. It is a function of the acts in their order, so a late act, a merge or a restart makes
it anew from the acts, and any way of getting there gives the same.
"""

from typing import TYPE_CHECKING, Any

from services.core.act import Act
from services.core.event import Millis
from services.core.finding import Finding, hashed_id
from services.core.page import NO_CLASSES
from services.core.plan import Place, Plan
from services.core.seen import NOTHING, seen_in, with_later

if TYPE_CHECKING:
    from services.core.rulebook import Rulebook

LONGEST_PATH = 500
"""Runs kept of one session's path; a customer has dozens, and what comes after lengthens the last."""

WORTH = ("value", "total", "revenue")
"""Properties that say what an order is worth, in the order in which they are believed."""

FAR: Millis = 1 << 62
"""A moment that never comes."""

TRAIL = 4
"""Pages a detector can look back on."""


class Run:
    """Events of one place without another place between; `ended_at` is the last of them that matched the place.

    `rule` says by which rule of the place the event entered that did.
    """

    __slots__ = ("ended_at", "event", "place", "rule", "started_at")

    def __init__(self, place: Place, rule: str, act: Act) -> None:
        self.place = place
        self.rule = rule
        self.started_at = self.ended_at = act.occurred_at
        self.event = act.id


class Fold:
    """A session as judged so far."""

    __slots__ = (
        "arrivals", "began", "book", "closing", "currency", "due", "entry_page", "evidence", "findings", "fired",
        "furthest", "job_changes", "label", "last", "memory", "outcomes", "page", "page_classes", "pages", "runs",
        "seen", "seen_text", "session_id", "trail", "value",
    )  # fmt: skip

    def __init__(self, book: "Rulebook", session_id: str) -> None:
        self.book = book
        self.session_id = session_id
        self.pages = 0  # page views, also of the page where the visitor was
        self.arrivals = 0  # on another page
        self.entry_page = ""
        self.page = ""  # where the visitor is, "" where that was never told
        self.page_classes = NO_CLASSES  # of the page where the visitor is
        self.trail: list[Act] = []  # the last arrivals, each on another page
        self.runs: list[Run] = []
        self.began: Run | None = None  # the run with which the present stage began
        self.due: Millis = FAR  # an act after it is shown to those who asked for it
        self.furthest: Place | None = None
        self.last: Act | None = None
        self.evidence: dict[int, str] = {}  # number of the rule → the event that first met it
        self.fired = 0  # the same rules as bits
        self.label = book.weighing.unseen
        self.job_changes: list[str] = []
        self.outcomes: dict[int, tuple[Millis, str]] = {}  # number of the job → when and by which event
        self.value = 0.0
        self.currency = ""
        self.seen = NOTHING
        self.seen_text = ""  # of the last act that said something
        self.findings: dict[str, Finding] = {}
        self.closing: dict[str, Finding] = {}  # said only because the session closed
        self.memory: dict[str, Any] = {}

    @property
    def run(self) -> Run | None:
        """The run the visitor is in."""
        return self.runs[-1] if self.runs else None

    @property
    def where(self) -> tuple[str, str]:
        """The stage and step the visitor is in, "" where there is none."""
        return (self.runs[-1].place.stage, self.runs[-1].place.step) if self.runs else ("", "")

    def apply(self, act: Act, plan: Plan) -> None:
        """Take the next act in."""
        if act.seen != self.seen_text:
            self._see(act.seen)
        if plan.speaks:
            self._conclude(act, plan)
        if plan.place is not None:
            self._enter(act, plan.place, plan)
        if plan.moves and (plan.is_view or plan.path != self.page or plan.page_classes is not self.page_classes):
            self._move(act, plan)
        memory = self.memory
        for detector, see in plan.listeners:
            if (not detector or detector in memory) and (finding := see(act, self)) is not None:
                self._note(finding)
        if act.occurred_at > self.due:
            self._outstay(act)
        self.last = act

    def close(self) -> None:
        """Say what can be said only now that the session is over."""
        for detector, close in self.book.closings:
            if (not detector or detector in self.memory) and (finding := close(self)) is not None:
                self.closing[self._id(finding)] = finding

    def all_findings(self) -> dict[str, Finding]:
        """Every finding by its id."""
        return {**self.findings, **self.closing}

    def withdraw(self, detector: str, cause_id: str) -> None:
        """Take back what a detector said, if it did: what came since shows that it was none."""
        self.findings.pop(hashed_id(self.session_id, detector, cause_id), None)

    def _see(self, text: str) -> None:
        if text:
            self.seen_text = text
            self.seen = with_later(self.seen, seen_in(text))

    def _enter(self, act: Act, place: Place, plan: Plan) -> None:
        if place.is_money and act.props:
            self._value(act, place, act.props)
        runs = self.runs
        left = runs[-1] if runs else None
        if left is not None and (left.place is place or len(runs) >= LONGEST_PATH):
            left.ended_at = act.occurred_at
            return
        runs.append(Run(place, plan.entered_by, act))
        if self.furthest is None or place.order > self.furthest.order:
            self.furthest = place
        for detector, enter in self.book.entries:
            if (not detector or detector in self.memory) and (finding := enter(act, self, left)) is not None:
                self._note(finding)
        if left is None or place.stage_number != left.place.stage_number:
            self.began = runs[-1]
        if len(runs) > 2 and runs[-3].place is place and not plan.path and not self.page:
            self._turn_back(act)

    def _move(self, act: Act, plan: Plan) -> None:
        """Follow the visitor to a page, or to one of a class by the event's name alone."""
        path = plan.path
        is_elsewhere = bool(path) and path != self.page
        if is_elsewhere:
            self._arrive(act, path)
        elif path and plan.is_view:
            self.pages += 1
        if is_elsewhere or plan.page_classes != self.page_classes:
            self.page_classes = plan.page_classes
            if plan.visits:
                self._visit(act, plan)

    @property
    def outcome(self) -> tuple[Millis, str]:
        """When and by which event the assigned job was first done."""
        if not self.outcomes:
            return 0, ""
        job = self.label.job
        number = self.book.jobs.index(job) if job in self.book.jobs else -1
        return self.outcomes.get(number, (0, ""))

    def _arrive(self, act: Act, path: str) -> None:
        trail = self.trail
        known = len(trail)
        if not known:
            self.entry_page = path
        elif known == TRAIL:
            del trail[0]
        self.page = path
        self.pages += 1
        self.arrivals += 1
        trail.append(act)
        if known > 1 and trail[-3].path == path:
            self._turn_back(act)

    def _visit(self, act: Act, plan: Plan) -> None:
        for visit in plan.visits:
            if (finding := visit(act, self)) is not None:
                self._note(finding)

    def _turn_back(self, act: Act) -> None:
        for turn_back in self.book.turns:
            if (finding := turn_back(act, self)) is not None:
                self._note(finding)

    def _outstay(self, act: Act) -> None:
        for outstay in self.book.outstays:
            if (finding := outstay(act, self)) is not None:
                self._note(finding)

    def _conclude(self, act: Act, plan: Plan) -> None:
        if self.book.circumstances:
            self._look_around(act)
        for rule in plan.evidence:
            if rule >= self.book.weighing.first_stated:
                self._believe(act, rule)
            elif rule not in self.evidence:
                self._weigh(act, rule)
        for number in plan.outcomes:
            self.outcomes.setdefault(number, (act.occurred_at, act.id))

    def _look_around(self, act: Act) -> None:
        for rule in self.book.weighing.shown(act):
            if rule not in self.evidence:
                self._weigh(act, rule)

    def _believe(self, act: Act, rule: int) -> None:
        """Take what the customer says in the place of what they said before: the last answer is the one that counts."""
        first = self.book.weighing.first_stated
        self.evidence = {one: event for one, event in self.evidence.items() if one < first}
        self.fired &= (1 << first) - 1
        self._weigh(act, rule)

    def _weigh(self, act: Act, rule: int) -> None:
        self.evidence[rule] = act.id
        self.fired |= 1 << rule
        label = self.book.weighing.label(self.fired)
        if label.job != self.label.job:
            self.job_changes.append(self.label.job)
        self.label = label

    def _value(self, act: Act, place: Place, props: dict[str, Any]) -> None:
        """The order's worth where an event says it, else the sum of what was put into the basket."""
        said = 0.0
        for name in WORTH:
            if name in props:
                said = act.number(name)
                break
        if said and place.role != "basket":
            self.value = said
        elif place.role == "basket" or not self.value:
            price = act.number("price") * (act.number("quantity") or 1.0)
            self.value = round(self.value + (price or said), 2)
        if "currency" in props:
            self.currency = act.text("currency")

    def _note(self, finding: Finding) -> None:
        self.findings[self._id(finding)] = finding

    def _id(self, finding: Finding) -> str:
        return hashed_id(self.session_id, finding.detector, finding.cause_id)
