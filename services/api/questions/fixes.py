"""Whether fixes helped: each annotated fix of a pain point, judged by the sessions before and after it.

Weekdays are compared with the same weekdays (Mantel-Haenszel over the seven), up to four weeks to either side, so that
a fix on a Friday is not judged by the weekend. A fix restored the place where the share of sessions that meet the
friction fell surely and at least by half; it eased it where the share fell surely, but by less.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.annotation import Annotation, annotations
from services.api.estimate import Estimate
from services.api.impact import FEWEST, Group, adjusted_difference
from services.api.page import PagedAnswer, Paging, reach
from services.api.period import EARLIEST, Period
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.questions.freshness import to_millis
from services.api.share import Share
from services.core.stats.mantel_haenszel import RiskDifference

LONGEST = timedelta(days=28)

State = Literal["fix_marked", "restored", "eased", "not_restored"]


class FixesQuestion(Divisible, Paging):
    """Which fixes: those annotated in the period."""


class Side(BaseModel):
    """Before or after the fix."""

    exposed: int = Field(description="Sessions that came to the place.")
    affected: int = Field(description="Of these, how many met the friction.")
    share: Share | None
    went_on: Share | None = Field(description="Of the exposed, those that came to a later stage.")


class Fix(BaseModel):
    """One fix and what became of its pain point."""

    annotation: Annotation
    state: State = Field(
        description=f"fix_marked: fewer than {FEWEST} sessions a side to compare yet; restored: the share fell surely "
        "and by half or more; eased: surely, but by less; not_restored: not surely."
    )
    before: Side
    after: Side
    fell_by: Estimate | None = Field(
        description="Share affected before less after, weekday by weekday, with its 95 % interval."
    )
    went_on_more: Estimate | None = Field(description="Share going on after less before, weekday by weekday.")


class FixesAnswer(PagedAnswer, DividedAnswer):
    """The fixes, oldest first."""

    fixes: list[Fix]
    previous: "FixesAnswer | None" = PREVIOUS
    by_value: "Mapping[str, FixesAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Fix
    lists = ("fixes",)

    def rows(self) -> Sequence[BaseModel]:
        return self.fixes


def ask_fixes(asked: Asked, question: FixesQuestion) -> FixesAnswer:
    """Whether the fixes that were annotated mended their pain points, judged on the same weekdays before and after."""
    noted = annotations(asked.store, asked.project, asked.period)
    fixes = [one for one in noted if one.kind == "fix"][: reach(question)]
    return FixesAnswer(**asked.about(), fixes=[judge(asked, one) for one in fixes])


class LastFixes:
    """What became of the last fix of each pain point, however long ago; each is judged once, where it is met."""

    def __init__(self, asked: Asked) -> None:
        noted = annotations(asked.store, asked.project, Period(since=EARLIEST, until=asked.period.until))
        self._asked, self._latest_first = asked, [one for one in reversed(noted) if one.kind == "fix"]
        self._judged: dict[str, Fix] = {}

    def of(self, place: tuple[str, str, str, str, str]) -> Fix | None:
        """Of a pain point by its detector, stage, step, page and element."""
        last = next((one for one in self._latest_first if one.mends(place)), None)
        if last is None:
            return None
        if last.id not in self._judged:
            self._judged[last.id] = judge(self._asked, last)
        return self._judged[last.id]


def judge(asked: Asked, one: Annotation) -> Fix:
    """Weigh the sessions before a fix against those after."""
    known_until = asked.freshness.fresh_until or asked.period.until
    after = max(min(one.at + LONGEST, known_until), one.at + timedelta(milliseconds=1))
    place = {"detector": one.detector, "at_stage": one.stage, "at_step": one.step}
    place |= {"at_page": one.page, "at_element": one.element}
    around = asked.of(Period(since=one.at - LONGEST, until=after))
    rows = around.rows("fix", **place, fixed_ms=to_millis(one.at))
    fell = difference(rows, "affected")
    more = difference(rows, "went_on")
    before, since = (side([row for row in rows if row["is_after"] == is_after]) for is_after in (0, 1))
    return Fix(
        annotation=one,
        state=state(fell, before),
        before=before,
        after=since,
        fell_by=Estimate.of(fell) if fell else None,
        went_on_more=Estimate(estimate=-more.difference, low=-more.high, high=-more.low) if more else None,
    )


def difference(rows: Sequence[Row], what: str) -> RiskDifference | None:
    """The share before less the share after, over weekdays."""
    after, before = (
        Group(
            {str(row["weekday"]): row["exposed"] for row in rows if row["is_after"] == is_after},
            {str(row["weekday"]): row[what] for row in rows if row["is_after"] == is_after},
        )
        for is_after in (1, 0)
    )
    return adjusted_difference(after, before)


def state(fell: RiskDifference | None, before: Side) -> State:
    """What became of the pain point."""
    if fell is None or before.share is None:
        return "fix_marked"
    if fell.low <= 0:
        return "not_restored"
    return "restored" if fell.difference >= before.share.share / 2 else "eased"


def side(rows: Sequence[Row]) -> Side:
    exposed, affected, went_on = (sum(row[what] for row in rows) for what in ("exposed", "affected", "went_on"))
    return Side(
        exposed=exposed,
        affected=affected,
        share=Share.of(affected, exposed) if exposed else None,
        went_on=Share.of(went_on, exposed) if exposed else None,
    )
