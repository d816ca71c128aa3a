"""What a journey makes other than the one before it: which detectors, the meaning of which events, or all.

A session is a function of its acts and of the journey. So where none of its acts means anything else and no detector
that was changed finds anything else in it, it stays as it is, and need not be folded again.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from services.core.detector import Detector
from services.core.journey import Journey
from services.core.learned import Learned
from services.core.matcher import Matcher
from services.core.page import PAGE_CLASSES, PageClass
from services.core.plan import Place
from services.core.relabelling import Relabelling
from services.core.rulebook import Rulebook
from services.core.stage import Stage, Step

Document = dict[str, Any]

NO_MATTER = ("journey", "alerts", "window", "sessions", "intended")
"""Keys of a journey that say nothing about what a session's acts come to; which findings are of intended friction
follows from their place.
"""

WORDS = ("when", "want", "so_that", "kinds", "primary")
"""Keys of a job that are for people only."""

LISTENING = ("visit", "enter", "turn_back", "outstay", "close")
"""What a detector may do without an event that it hears."""


class Weight(NamedTuple):
    """What one event adds to a session, for the detectors that were changed."""

    is_light: bool  # nothing, where the visitor is on this page and at this place already
    place: Place | None
    is_view: bool
    page_classes: frozenset[PageClass]


class Revision:
    """One journey held against the one before it."""

    def __init__(self, before: Journey, after: Journey) -> None:
        self.before = before.version
        self.after = after.version
        self.is_whole = _frame(before) != _frame(after)
        """Every session may come out otherwise."""
        is_weighed = not self.is_whole and _weights(before) != _weights(after)
        self._relabelling = Relabelling(before, after) if is_weighed else None
        self.cuts = _cuts(before) != _cuts(after)
        """Sessions may begin and end elsewhere; one that does not, stays."""
        self.detectors = _changed(before, after)
        """Detectors that may find something else."""
        self.book = Rulebook(_only(after, self.detectors))
        """The new journey with these detectors alone."""
        self.heard = _heard(_every(after, self.detectors))
        """Names of events without which none of them finds anything; None where any event may be enough."""
        self.weights: dict[tuple[str, str], Weight] = {}
        """What is known already; ask `weigh` for what may not be."""
        self._rules = [] if self.is_whole else [(old, new) for old, new in _rules(before, after) if old != new]
        self._touched: dict[tuple[str, str], bool] = {}

    def weigh(self, name: str, path: str) -> Weight:
        """What such an event adds to what these detectors know."""
        plan = self.book.plan(name, path)
        is_heard = bool(plan.listeners or plan.evidence or plan.outcomes or plan.undecided or self.book.circumstances)
        is_worth = plan.place is not None and plan.place.is_money
        weight = Weight(not (is_heard or is_worth), plan.place, plan.is_view, plan.page_classes)
        self.weights[name, path] = weight
        return weight

    @property
    def concerns_everybody(self) -> bool:
        """Whether no visitor can be passed over without a look at what they did."""
        return self.is_whole or self.cuts or self.heard is None

    @property
    def changes_meanings(self) -> bool:
        """Whether any event may mean something else."""
        return bool(self._rules)

    @property
    def changes_weights(self) -> bool:
        """Whether sessions may be surer of their job, or have another."""
        return self._relabelling is not None

    def relabels(self, rules: str) -> bool:
        """Whether a session of which these rules spoke, in their order, may have another job, if only for a while."""
        return self._relabelling is not None and not self._relabelling.keeps_jobs(rules)

    def touches(self, name: str, path: str) -> bool:
        """Whether such an event may mean something else now, whatever its properties are."""
        touched = self._touched.get((name, path))
        if touched is None:
            touched = self._touched[name, path] = any(_differ(*rule, name, path) for rule in self._rules)
        return touched


def _frame(journey: Journey) -> Document:
    """All of a journey that has no place of its own in a revision."""
    frame = journey.model_dump(mode="json", by_alias=True)
    for key in (*NO_MATTER, "friction", "learned", "pages", "unassigned"):
        del frame[key]
    for stage in frame["stages"]:
        del stage["friction"]
        for part in (stage, *stage["steps"]):
            part["enter"] = part["enter"] is not None
            part.pop("shortest_path", None)
            del part["patience"]
    for job in frame["jobs"]:
        for key in (*WORDS, "shortest_path", "prior"):
            del job[key]
        job["outcome"] = job["outcome"] is not None
        for evidence in job["evidence"]:
            del evidence["match"], evidence["weight"]
        for circumstance in job["circumstances"]:
            del circumstance["weight"]
    return frame


def _weights(journey: Journey) -> list[Any]:
    """What each number of evidence weighs, and what is believed before there is any."""
    jobs = [
        (job.prior, [one.weight for one in job.evidence], [one.weight for one in job.circumstances])
        for job in journey.jobs
    ]
    return [journey.unassigned, *jobs]


def _cuts(journey: Journey) -> Document:
    """Where sessions end, once all of their events are there."""
    return journey.sessions.model_dump(exclude={"allowed_lateness"})


def _rules(before: Journey, after: Journey) -> Iterator[tuple[Matcher, Matcher]]:
    """Each rule of two journeys of one frame, as it was and as it is."""
    yield from zip(_matchers(before), _matchers(after), strict=True)


def _parts(journey: Journey) -> Iterator[Stage | Step]:
    for stage in journey.stages:
        yield stage
        yield from stage.steps


def _matchers(journey: Journey) -> Iterator[Matcher]:
    yield from (part.enter for part in _parts(journey) if part.enter is not None)
    for job in journey.jobs:
        yield from (evidence.match for evidence in job.evidence)
        if job.outcome is not None:
            yield job.outcome
    yield from map(journey.pages.matcher, PAGE_CLASSES)


def _differ(old: Matcher, new: Matcher, name: str, path: str) -> bool:
    was, now = _answers(old, name, path), _answers(new, name, path)
    return was != now or None in was


def _answers(matcher: Matcher, name: str, path: str) -> list[bool | None]:
    """Of each alternative: a stage tells by which of them it was entered."""
    return [one.matches(name, path, None) for one in matcher.alternatives()]


def _changed(before: Journey, after: Journey) -> frozenset[str]:
    old, new = _settings(before), _settings(after)
    return frozenset(name for name in old | new if old.get(name) != new.get(name))


def _settings(journey: Journey) -> dict[str, list[Any]]:
    """All that each detector's findings hang on, beside the meaning of events."""
    staged, learned = journey.staged_detectors(), journey.learned or Learned()
    settings: dict[str, list[Any]] = {one.name: [one, staged.get(one.name)] for one in journey.detectors()}
    further: dict[str, list[Any]] = {
        "stage_stall": [[part.patience for part in _parts(journey)], learned.stays],
        "hesitation": [learned.waits],
        "excess_steps": [[of.shortest_path for of in journey.stages], [of.shortest_path for of in journey.jobs]],
    }
    for name, values in further.items():
        if name in settings:
            settings[name] += values
    return settings


def _every(journey: Journey, names: frozenset[str]) -> list[Detector]:
    """The detectors of these names, in all their settings."""
    staged = [one for of in journey.staged_detectors().values() for one in of.values()]
    return [one for one in (*journey.detectors(), *staged) if one.name in names]


def _heard(detectors: Iterable[Detector]) -> frozenset[str] | None:
    names: set[str] = set()
    for one in detectors:
        if any(getattr(type(one), method) is not getattr(Detector, method) for method in LISTENING):
            return None
        names |= one.hears | one.notices
    return frozenset(names)


def _only(journey: Journey, names: frozenset[str]) -> Journey:
    """A journey that looks for these detectors alone."""
    document = journey.model_dump(mode="json", by_alias=True, exclude_unset=True)
    kept = {name: settings for name, settings in (journey.friction or {}).items() if name in names}
    document["friction"] = kept if journey.friction is not None else dict.fromkeys(names & _settings(journey).keys())
    for stage in document["stages"]:
        stage["friction"] = {name: of for name, of in stage.get("friction", {}).items() if name in names}
    return Journey.model_validate(document)
