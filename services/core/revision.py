"""What a journey makes other than the one before it: which detectors, the meaning of which events, or all.

A session is a function of its acts and of the journey. So where none of its acts means anything else, no detector that
was changed finds anything else in it and it cannot see that stages lie elsewhere, it stays as it is but for names, and
need not be folded again.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from services.core.counterparts import Counterparts, circumstance
from services.core.displacement import Displacement
from services.core.journey import Journey
from services.core.page import PageClass
from services.core.plan import Place
from services.core.readjustment import heard, only, readjusted
from services.core.relabelling import Relabelling
from services.core.rereading import Rereading
from services.core.rulebook import Rulebook
from services.core.unheard import Unheard
from services.core.weighing import Weighing

Document = dict[str, Any]

NO_MATTER = ("journey", "alerts", "window", "sessions", "intended")
"""Keys of a journey that say nothing about what a session's acts come to; which findings are of intended friction
follows from their place.
"""

ELSEWHERE = ("friction", "learned", "pages", "unassigned", "stages", "jobs")
"""Keys of a journey that have a place of their own in a revision."""

OF_STAGES = frozenset({"name", "enter", "steps", "role", "patience", "shortest_path", "friction"})
OF_JOBS = frozenset(
    # The first five are for people only.
    ("when", "want", "so_that", "kinds", "primary", "name", "prior", "circumstances", "evidence", "outcome")
) | {"shortest_path"}
"""Keys of stages, steps and jobs that have one."""


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
        self.same = Counterparts(before, after)
        """What of the one is called how in the other."""
        self.is_whole = _frame(before, self.same, 0) != _frame(after, self.same, 1)
        """Every session may come out otherwise."""
        is_weighed = not self.is_whole and _weights(before, self.same.rules, self.same.jobs) != _weights(after)
        self._relabelling = Relabelling(before, after, self.same) if is_weighed else None
        self.cuts = _cuts(before) != _cuts(after)
        """Sessions may begin and end elsewhere; one that does not, stays."""
        self.detectors = readjusted(before, after, self.same)
        """Detectors that may find something else."""
        self.book = Rulebook(only(after, self.detectors))
        """The new journey with these detectors alone."""
        self.heard = heard(after, self.detectors)
        """Names of events without which none of them finds anything; None where any event may be enough."""
        self.weights: dict[tuple[str, str], Weight] = {}
        """What is known already; ask `weigh` for what may not be."""
        self.displacement = Displacement(before, after, self.same)
        """Who can see that places lie elsewhere."""
        self.rereading = Rereading(before, after, self.same)
        """Which events mean something else."""
        self.unheard = Unheard(before, after, self.detectors)
        """Which events are passed over where a session is folded all the same."""

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
        return not self.is_whole and self.rereading.is_other

    @property
    def changes_weights(self) -> bool:
        """Whether sessions may be surer of their job, or have another."""
        return self._relabelling is not None

    @property
    def moves_places(self) -> bool:
        """Whether any session may see that places lie elsewhere."""
        return not self.is_whole and not self.displacement.is_none

    def relabels(self, rules: str) -> bool:
        """Whether a session of which these rules spoke, in their order, may have another job, if only for a while."""
        return self._relabelling is not None and not self._relabelling.keeps_jobs(rules)

    def displaces(self, shape: str, found: Collection[str]) -> bool:
        """Whether a session of this shape, in which these detectors found something, may see it."""
        return self.moves_places and self.displacement.concerns(shape, found)

    def touches(self, name: str, path: str) -> bool:
        """Whether such an event may mean something else now, whatever its properties are."""
        return self.changes_meanings and self.rereading.touches(name, path)


def _frame(journey: Journey, same: Counterparts, side: int) -> Document:
    """All of a journey that has no place of its own in a revision. `side` is 0 for the journey before, 1 for this."""
    frame = journey.model_dump(mode="json", by_alias=True, exclude=set(NO_MATTER) | set(ELSEWHERE))
    of_stages = [pair[side] for pair in same.stages] + [pair[side] for _, pair in same.steps]
    frame["stages"] = [one.model_dump(mode="json", exclude=set(OF_STAGES)) for one in of_stages]
    frame["jobs"] = [pair[side].model_dump(mode="json", exclude=set(OF_JOBS)) for pair in same.stories]
    frame["circumstances"] = _circumstances(journey, {} if side else same.rules, is_all=bool(side))
    book = Rulebook(journey)
    # Whether who does nothing more has left; without an outcome of any job nothing could tell.
    frame["ends"] = book.ends_in_purchase and (bool(book.outcomes) or "no outcome")
    return frame


def _circumstances(journey: Journey, now: dict[str, str], *, is_all: bool) -> list[Any]:
    """What circumstances are asked of each event, in their order, but for those of the journey before alone."""
    return [
        [now.get(name, name), circumstance(one)]
        for job in journey.jobs
        for name, one in ((f"{job.name}/when/{place}", one) for place, one in enumerate(job.circumstances, 1))
        if is_all or name in now
    ]


def _weights(journey: Journey, rules: dict[str, str] | None = None, jobs: dict[str, str] | None = None) -> list[Any]:
    """What each rule weighs by the name that it has in the later journey, and what is believed before there is any."""
    priors = [[job.name if jobs is None else jobs.get(job.name), job.prior] for job in journey.jobs]
    weighing = Weighing(journey)
    names = weighing.names if rules is None else [rules.get(name) for name in weighing.names]
    numbers = [[name, weight] for name, (_, weight) in zip(names, weighing.weights, strict=False)]
    return [journey.unassigned, priors, numbers]


def _cuts(journey: Journey) -> Document:
    """Where sessions end, once all of their events are there."""
    return journey.sessions.model_dump(exclude={"allowed_lateness"})
