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

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field

from services.api.funnel_groups import FunnelGroup, FunnelStep, group, nobody
from services.api.funnel_path import FunnelPath, Window, read_path
from services.api.period import EARLIEST, Answer, Asked, Period, Question
from services.api.problem import Refusal
from services.api.questions.freshness import to_millis
from services.api.share import Share
from services.api.sql import sql
from services.api.standing import longest_days
from services.core.duration import format_duration, millis
from services.core.journey import Journey
from services.edges.clickhouse import Store

SECOND_MS = 1000
SAID_BY_EVENTS = frozenset({"device", "country", "campaign", "segment", "property"})


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone; write one such as Europe/Berlin or UTC")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Breakdown = Literal["job", "journey_version", "device", "country", "campaign", "segment", "property"]


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
    job: str = Field("", max_length=200, description="Only sessions with this job.", examples=["gift"])
    stage: str = Field("", max_length=200, description="Only sessions whose furthest stage is this.")
    breakdown: Breakdown | None = Field(
        None,
        description="The same funnel also for each value of this. Device, country, campaign, segment and a property "
        "are what the events of the session last said.",
    )
    property: str = Field(
        "", max_length=200, description="With breakdown=property: which property of the events.", examples=["brand"]
    )
    attribution: Literal["first", "last", "step"] = Field(
        "first", description="Which value counts: at the first step, at the last one reached, or at each step its own."
    )
    trend: Literal["day", "week", "month"] | None = Field(
        None, description="The same funnel also for each day, week or month of entry, in `zone`."
    )
    zone: Zone = Field("UTC", description="IANA time zone of the trend.", examples=["Europe/Berlin"])
    compare: Literal["previous"] | None = Field(
        None, description="The same funnel also for the period of the same length just before."
    )


class Previous(BaseModel):
    """The funnel of the period before."""

    period: Period
    steps: list[FunnelStep]
    overall: Share | None


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
    previous: Previous | None = Field(description="Null unless asked to compare.")


def ask_funnel(store: Store, journey: Journey, asked: Asked, question: FunnelQuestion) -> FunnelAnswer:
    """Follow the units of a period through the steps."""
    path = read_path(journey, question)
    parameters = parameters_of(journey, asked, question, path)

    def groups(by: str, **other: object) -> list[FunnelGroup]:
        return group(
            path.steps, path.following, store.query(text_of("funnel", path, by), parameters | {"by": by} | other)
        )

    whole = groups("") or [nobody(path.steps)]
    before = previous(asked.period) if question.compare else None
    then = groups("", **before.parameters) or [nobody(path.steps)] if before else None
    return FunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(question.window or journey.window),
        journey_version=journey.version,
        steps=whole[0].steps,
        overall=whole[0].overall,
        breakdown=groups(question.breakdown) if question.breakdown else [],
        trend=sorted(groups(question.trend), key=lambda one: one.value) if question.trend else [],
        previous=Previous(period=before, steps=then[0].steps, overall=then[0].overall) if before and then else None,
    )


def text_of(question: str, path: FunnelPath, by: str) -> str:
    """The SQL of a question about such a path: only as much is read and worked out as it needs."""
    chain = "chain_with_rules" if path.has_rules else "plain_chain"
    values = "values_of_events" if by in SAID_BY_EVENTS else "values_of_sessions"
    return sql(question, plain_chain=chain, values_of_sessions=values)


def parameters_of(journey: Journey, asked: Asked, question: FunnelQuestion, path: FunnelPath) -> dict[str, object]:
    """For SQL; what the units are told apart `by` is yet to be said."""
    window = question.window or journey.window
    return {
        **asked.parameters,
        **path.parameters,
        "unit": question.unit,
        "order": question.order,
        "window_ms": millis(window),
        "tolerance_ms": SECOND_MS if (question.same_second, question.order) == ("either", "ordered") else 0,
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "longest_days": longest_days(journey),
        "job": question.job,
        "stage": question.stage,
        "property": question.property,
        "attribution": question.attribution,
        "zone": question.zone,
    }


def previous(period: Period) -> Period:
    """The period of the same length just before."""
    since = period.since - (period.until - period.since)
    if since < EARLIEST:
        raise Refusal(422, "There is no period before this one to compare with.", pointer="/query/compare")
    return Period(since=since, until=period.since)
