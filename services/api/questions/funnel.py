"""How many go on from step to step of the journey, how many drop off, and how long it takes.

A unit (a session, or a person over the window) reaches step 1 at the first event that fits it; then
- ordered: step k+1 at or after the moment of step k. With `same_second=either` an event less than one second
  before it counts as at that moment, since most clients round to seconds; with `event_id` it does not.
- strict: as ordered by event id, and nothing else of the journey lies between the two.
- any: all of the first k steps, in whatever order.
All of them within the window, and each step within its own window of the step before it that was taken.
An exclusion ends a chain: it keeps the steps that it has reached, and the unit may begin anew. An optional step may
be left out. Of several chains the one that gets furthest counts, of these the first to get there.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.funnel_groups import FunnelGroup, FunnelRow, FunnelStep, group, nobody
from services.api.funnel_path import FunnelPath, Window, read_path
from services.api.question import PREVIOUS, Answer, Asked, Part, Question
from services.api.questions.freshness import to_millis
from services.api.share import Share
from services.core.duration import format_duration, millis

SECOND_MS = 1000
SAID_BY_EVENTS = frozenset({"segment", "property"})

Breakdown = Part | Literal["segment", "property"]


class FunnelQuestion(Question):
    """Which funnel."""

    steps: str = Field(
        "",
        max_length=2_000,
        description="Stages or `stage.step`s, separated by commas. Default: the journey's stages.",
        examples=["browse,checkout.payment,bought"],
    )
    order: Literal["ordered", "strict", "any"] = Field("ordered", description="How the steps must follow each other.")
    unit: Literal["session", "person"] = Field(
        "session", description="What is counted. A person is the identified user, else the visitor."
    )
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
    exclude: str = Field(
        "",
        max_length=2_000,
        description="Stages or `stage.step`s, separated by commas, that take a unit out of the steps after them.",
    )
    breakdown: Breakdown | None = Field(
        None,
        description="The same funnel also for each value of this. Segment and a property are what the events of the "
        "session last said.",
    )
    property: str = Field(
        "", max_length=200, description="With breakdown=property: which property of the events.", examples=["brand"]
    )
    attribution: Literal["first", "last", "step"] = Field(
        "first", description="Which value counts: at the first step, at the last one reached, or at each step its own."
    )
    trend: Literal["day", "week", "month"] | None = Field(
        None, description="The same funnel also for each day, week or month of entry, in `tz`."
    )


class FunnelAnswer(Answer):
    """A funnel."""

    unit: Literal["session", "person"]
    order: Literal["ordered", "strict", "any"]
    window: str = Field(examples=["1209600s"])
    journey_version: str = Field(examples=["9d0c3f1a2b4e"])
    steps: list[FunnelStep]
    overall: Share | None = Field(description="Share that got from the first step to the last.")
    breakdown: list[FunnelGroup] = Field(description="Empty unless asked for; largest group first.")
    trend: list[FunnelGroup] = Field(description="Empty unless asked for; by the day that begins the time of entry.")
    previous: "FunnelAnswer | None" = PREVIOUS

    row: ClassVar[type[BaseModel]] = FunnelRow

    def rows(self) -> Sequence[FunnelRow]:
        """The whole, then each value of the breakdown, then of the trend."""
        whole = FunnelGroup(value="", steps=self.steps, overall=self.overall)
        tables = {"": [whole], "breakdown": self.breakdown, "trend": self.trend}
        return [row for table, groups in tables.items() for one in groups for row in one.rows(table)]


def ask_funnel(asked: Asked, question: FunnelQuestion) -> FunnelAnswer:
    """How many go on from step to step of the journey, how many drop off, and how long it takes."""
    path = read_path(asked.journey, question)
    parameters = parameters_of(asked, question, path)

    def groups(by: str) -> list[FunnelGroup]:
        return group(path.steps, path.following, asked.rows("funnel", chosen(path, by), by=by, **parameters))

    whole = (groups("") or [nobody(path.steps)])[0]
    return FunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(question.window or asked.journey.window),
        journey_version=asked.journey.version,
        steps=whole.steps,
        overall=whole.overall,
        breakdown=groups(question.breakdown) if question.breakdown else [],
        trend=sorted(groups(question.trend), key=lambda one: one.value) if question.trend else [],
    )


def chosen(path: FunnelPath, by: str) -> dict[str, str]:
    """Which fragments such a path takes: only as much is read and worked out as it needs."""
    return {
        "plain_chain": "chain_with_rules" if path.has_rules else "plain_chain",
        "values_of_sessions": "values_of_events" if by in SAID_BY_EVENTS else "values_of_sessions",
    }


def parameters_of(asked: Asked, question: FunnelQuestion, path: FunnelPath) -> dict[str, object]:
    """For SQL; what the units are told apart `by` is yet to be said."""
    return {
        **path.parameters,
        "unit": question.unit,
        "order": question.order,
        "window_ms": millis(question.window or asked.journey.window),
        "tolerance_ms": SECOND_MS if (question.same_second, question.order) == ("either", "ordered") else 0,
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "property": question.property,
        "attribution": question.attribution,
    }
