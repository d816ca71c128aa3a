"""Going round in circles between two pages or steps."""

from datetime import timedelta
from functools import cached_property

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.event import Millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.plan import Place

Turn = tuple[str, Millis, str]
"""Where, when, and by which event."""


class Loop(Detector):
    """The person needs something that neither of two places gives them, and goes A-B-A-B between them.

    Default: four turns within 90 s, as Flusterduck defines it. Not counted while browsing, where going from a list
    to a product and back is the way to shop, nor between a product and the basket, where people make sure (ADR 10).
    Misfires: on pages that are meant to be compared side by side outside a browsing stage.
    """

    within: Duration = Field(timedelta(seconds=90), description="Longest time for the four turns.")

    @cached_property
    def within_ms(self) -> int:
        """The same in milliseconds, worked out once."""
        return millis(self.within)

    def turn_back(self, act: Act, fold: Fold) -> Finding | None:
        """Look at the last four pages, or at the last four steps where pages are not told."""
        if fold.page:
            return self._look([(visit.path, visit.occurred_at, visit.id) for visit in fold.trail], fold)
        return self._look([(_name(run.place), run.started_at, run.event) for run in fold.runs[-4:]], fold)

    def _look(self, turns: list[Turn], fold: Fold) -> Finding | None:
        if len(turns) < 4:
            return None
        (a, began, first), (b, _, second), (c, _, third), (d, ended, fourth) = turns
        if a != c or b != d or ended - began > self.within_ms:
            return None
        places = _places(fold, began)
        place = max(places, key=lambda one: one.order, default=None)
        if _is_shopping(places):
            return None
        # A circle that goes on is one finding: its cause is the turn with which it began.
        evidence: tuple[str, ...] = fold.memory.get(self.name, ())
        goes_on = evidence[-1:] == (third,)
        evidence = (*evidence[:99], fourth) if goes_on else (first, second, third, fourth)
        fold.memory[self.name] = evidence
        return Finding(
            detector=self.name,
            cause_id=evidence[0],
            stage=place.stage if place else "",
            step=place.step if place else "",
            page=" ↔ ".join(sorted((a, b))),
            occurred_at=began,
            severity=NOTICEABLE,
            cost_seconds=(ended - began) / 1000,
            cost_steps=len(evidence) - 2,
            evidence=evidence,
        )


def _name(place: Place) -> str:
    return f"{place.stage}.{place.step}" if place.step else place.stage


def _places(fold: Fold, since: Millis) -> list[Place]:
    """The places of a circle. The one further on is where the person did not get through."""
    return [run.place for run in fold.runs[-4:] if run.ended_at >= since] or [run.place for run in fold.runs[-1:]]


def _is_shopping(places: list[Place]) -> bool:
    """Whether a circle is within browsing, or between a thing and the basket it may go into."""
    roles = {place.role for place in places}
    return "browse" in roles and roles <= {"browse", "basket"}
