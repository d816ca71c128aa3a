"""How many go on from step to step of the journey, how many drop off, and how long it takes.

A unit (a session, or a person over the window) reaches step 1 at the first event that fits it; then
- ordered: step k+1 at or after the moment of step k. With `same_second=either` an event less than one second
  before it counts as at that moment, since most clients round to seconds; with `event_id` it does not.
- strict: as ordered by event id, and nothing else of the journey lies between the two.
- any: all of the first k steps, in whatever order.
All of them within the window. Where several starts are possible the chain that gets furthest counts.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from services.api.period import Answer, Asked, Question
from services.api.problem import Refusal
from services.api.questions.freshness import to_millis
from services.api.share import Share
from services.api.sql import sql
from services.core.duration import format_duration, millis, parse_duration
from services.core.journey import Journey
from services.edges.clickhouse import Store

MOST_STEPS = 20
SECOND_MS = 1000
LONGEST_WINDOW = timedelta(days=366)


def _read_window(given: str) -> timedelta:
    try:
        window = parse_duration(given)
    except OverflowError:
        window = timedelta.max
    if not timedelta(0) < window <= LONGEST_WINDOW:
        raise ValueError(f"must be above 0 and at most {LONGEST_WINDOW.days}d")
    return window


Window = Annotated[timedelta, BeforeValidator(_read_window, json_schema_input_type=str)]


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
    breakdown: Literal["job"] | None = Field(None, description="The same funnel also for each value of this.")


class Seconds(BaseModel):
    """How long those took who went on, in seconds."""

    median: float = Field(examples=[83.0])
    p75: float = Field(examples=[210.0])
    p90: float = Field(examples=[540.0])


class FunnelStep(BaseModel):
    """A step of the funnel. entered = converted + dropped + in_progress; the last step has only `entered`."""

    step: str = Field(examples=["checkout.payment"])
    entered: int = Field(description="Units that reached this step.", examples=[4518])
    converted: int | None = Field(description="Units that also reached the next step.", examples=[111])
    dropped: int | None = Field(description="Units that did not, and no longer can.", examples=[4400])
    in_progress: int | None = Field(
        description="Units that still may: an open session, or a person whose window is not over.", examples=[7]
    )
    rate: Share | None = Field(
        description="Share that went on, among units that are no longer in progress; null where there are none."
    )
    seconds: Seconds | None = Field(description="Time to the next step of those who converted.")


class FunnelGroup(BaseModel):
    """The funnel of the units that share a value."""

    value: str = Field(examples=["gift"])
    steps: list[FunnelStep]


class FunnelAnswer(Answer):
    """A funnel."""

    unit: Literal["session", "person"]
    order: Literal["ordered", "strict", "any"]
    window: str = Field(examples=["1209600s"])
    journey_version: str = Field(examples=["9d0c3f1a2b4e"])
    steps: list[FunnelStep]
    overall: Share | None = Field(description="Share that got from the first step to the last.")
    breakdown: list[FunnelGroup] = Field(description="Empty unless asked for; largest group first.")


def ask_funnel(store: Store, journey: Journey, asked: Asked, question: FunnelQuestion) -> FunnelAnswer:
    """Follow the units of a period through the steps."""
    steps = chosen_steps(journey, question)
    window = question.window or journey.window
    parameters = asked.parameters | {
        "steps": steps,
        "unit": question.unit,
        "order": question.order,
        "window_ms": millis(window),
        "tolerance_ms": SECOND_MS if (question.same_second, question.order) == ("either", "ordered") else 0,
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "longest_days": journey.sessions.max_length // timedelta(days=1) + 2,
    }
    total = store.query(sql("funnel"), parameters | {"breakdown": ""})
    groups = store.query(sql("funnel"), parameters | {"breakdown": question.breakdown}) if question.breakdown else []
    nobody: dict[str, Any] = {"entered": [], "undecided": [], "seconds": []}
    row = total[0] if total else nobody
    return FunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(window),
        journey_version=journey.version,
        steps=funnel_steps(steps, row),
        overall=rate(row, 0, len(steps) - 1),
        breakdown=[FunnelGroup(value=group["breakdown"], steps=funnel_steps(steps, group)) for group in groups],
    )


def chosen_steps(journey: Journey, question: FunnelQuestion) -> list[str]:
    """The steps asked for, each of which the journey must know."""
    stages = [stage.name for stage in journey.stages]
    steps = [name.strip() for name in question.steps.split(",")] if question.steps else stages
    mistake = mistake_in(steps, known_steps(journey), question.order)
    if mistake:
        raise Refusal(422, mistake, pointer="/query/steps")
    return steps


def known_steps(journey: Journey) -> list[str]:
    """Every stage, followed by its steps as `stage.step`."""
    return [
        name
        for stage in journey.stages
        for name in (stage.name, *(f"{stage.name}.{step.name}" for step in stage.steps))
    ]


def mistake_in(steps: Sequence[str], known: Sequence[str], order: str) -> str:
    """What is wrong with the steps asked for, "" where nothing is."""
    unknown = [name for name in steps if name not in known]
    if unknown:
        return f"The journey has no stage or stage.step {unknown[0]!r}; it has {', '.join(known)}."
    if len(set(steps)) < len(steps) or len(steps) > MOST_STEPS:
        return f"Name each step once, and at most {MOST_STEPS}."
    if order == "strict" and any(name.split(".")[0] in steps for name in steps if "." in name):
        return "With order=strict, a stage and a step of it cannot both be asked for: one event would be both."
    return ""


def funnel_steps(names: Sequence[str], row: dict[str, Any]) -> list[FunnelStep]:
    """The counts of each step from the counts of who reached it."""
    return [funnel_step(names, row, number) for number in range(len(names))]


def funnel_step(names: Sequence[str], row: dict[str, Any], number: int) -> FunnelStep:
    """One step: who entered, and what became of them."""
    entered, undecided = at(row["entered"], number), at(row["undecided"], number)
    if number == len(names) - 1:
        return FunnelStep(
            step=names[number], entered=entered, converted=None, dropped=None, in_progress=None, rate=None, seconds=None
        )
    converted = at(row["entered"], number + 1)
    in_progress = undecided - at(row["undecided"], number + 1)
    taken = row["seconds"][number] if converted else None
    return FunnelStep(
        step=names[number],
        entered=entered,
        converted=converted,
        dropped=entered - converted - in_progress,
        in_progress=in_progress,
        rate=rate(row, number, number + 1),
        seconds=Seconds(median=taken[0], p75=taken[1], p90=taken[2]) if taken else None,
    )


def rate(row: dict[str, Any], first: int, last: int) -> Share | None:
    """Of the units at `first` whose fate is decided, the share that reached `last`.

    All units still in progress stay out, also those that have converted already: counting the quick
    ones of them would flatter the rate.
    """
    decided = at(row["entered"], first) - at(row["undecided"], first)
    return Share.of(at(row["entered"], last) - at(row["undecided"], last), decided) if decided else None


def at(counts: Sequence[int], number: int) -> int:
    """A count that SQL leaves out where nobody got so far."""
    return counts[number] if number < len(counts) else 0
