"""What every funnel can be asked with and what it answers, be it over the journey or over any events."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.funnel_groups import FunnelGroup, FunnelRow, FunnelStep
from services.api.page import PagedAnswer, Paging
from services.api.question import Part, Question
from services.api.share import Share
from services.api.window import SECOND_MS, Window

SAID_BY_EVENTS = frozenset({"segment", "property"})
TRENDS = frozenset({"hour", "day", "week", "month"})

Order = Literal["ordered", "strict", "any"]
Unit = Literal["session", "person"]
Breakdown = Part | Literal["segment", "property"]


class FunnelTerms(Question, Paging):
    """How units are followed, and what they are told apart by."""

    order: Order = Field("ordered", description="How the steps must follow each other.")
    unit: Unit = Field("session", description="What is counted. A person is the identified user, else the visitor.")
    window: Window | None = Field(
        None, description="Longest time from the first step to the last. Default: the journey's.", examples=["14d"]
    )
    same_second: Literal["either", "event_id"] = Field(
        "either", description="Whether two events within one second count in either order, or by their ids."
    )
    step_windows: str = Field(
        "",
        max_length=500,
        description="`step:longest`, separated by commas: the longest time to this step from the one taken before it.",
        examples=["basket:30m,bought:1h"],
    )
    optional: str = Field(
        "", max_length=2_000, description="Steps that may be left out, separated by commas; never the first or last."
    )
    breakdown: Breakdown | None = Field(
        None,
        description="The same funnel also for each value of this. Segment and a property are what the events of the "
        "session or person last said.",
    )
    property: str = Field(
        "", max_length=200, description="With breakdown=property: which property of the events.", examples=["brand"]
    )
    attribution: Literal["first", "last", "step"] = Field(
        "first", description="Which value counts: at the first step, at the last one reached, or at each step its own."
    )
    trend: Literal["hour", "day", "week", "month"] | None = Field(
        None, description="The same funnel also for each hour, day, week or month of entry, in `tz`."
    )


def tolerance_ms(terms: FunnelTerms) -> int:
    """How far apart two events may be that count in either order."""
    return SECOND_MS if (terms.same_second, terms.order) == ("either", "ordered") else 0


class FunnelTold(PagedAnswer):
    """A funnel as it is told."""

    unit: Unit
    order: Order
    window: str = Field(examples=["1209600s"])
    steps: list[FunnelStep]
    overall: Share | None = Field(description="Share that got from the first step to the last.")
    breakdown: list[FunnelGroup] = Field(description="Empty unless asked for; largest group first.")
    trend: list[FunnelGroup] = Field(description="Empty unless asked for; by what begins the time of entry.")

    row: ClassVar[type[BaseModel]] = FunnelRow
    lists = ("breakdown",)

    def rows(self) -> Sequence[FunnelRow]:
        """The whole, then each value of the breakdown, then of the trend."""
        whole = FunnelGroup(value="", steps=self.steps, overall=self.overall)
        tables = {"": [whole], "breakdown": self.breakdown, "trend": self.trend}
        return [row for table, groups in tables.items() for one in groups for row in one.rows(table)]
