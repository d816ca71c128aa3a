"""A funnel over any events, put together when it is asked: what funnel.py says of steps holds of these too.

An event fits each step whose name and conditions it meets, and may be several at once. `strict` means that no other
event of this funnel lies between; events that fit no step are not looked at.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field

from services.api.event_step import EventStep, checked_step, read_step
from services.api.funnel_groups import FunnelGroup, FunnelRow, FunnelStep, group, nobody
from services.api.funnel_path import NO_WINDOW_MS, FunnelPath, Window
from services.api.problem import Refusal
from services.api.question import PREVIOUS, Answer, Asked, Question
from services.api.questions.freshness import to_millis
from services.api.questions.funnel import SECOND_MS
from services.api.share import Share
from services.core.duration import format_duration, millis

Step = Annotated[str, AfterValidator(checked_step)]


class EventFunnelQuestion(Question):
    """Which events, in which order."""

    step: list[Step] = Field(
        min_length=1,
        max_length=20,
        description="A name of events, or conditions as in `where`, or both, with bars between: "
        "`Product Added|props.price:gt:50`. Repeat it for each step, in order.",
        examples=[["Product Viewed", "Product Added|props.price:gt:50", "Order Completed"]],
    )
    exclude: list[Step] = Field(
        [], max_length=8, description="Events, written as steps, that take a unit out of the steps after them."
    )
    order: Literal["ordered", "strict", "any"] = Field("ordered", description="How the steps must follow each other.")
    unit: Literal["session", "person"] = Field(
        "person", description="What is counted. A person is the identified user, else the visitor."
    )
    window: Window | None = Field(
        None, description="Longest time from the first step to the last. Default: the journey's.", examples=["14d"]
    )
    same_second: Literal["either", "event_id"] = Field(
        "either", description="Whether two events within one second count in either order, or by their ids."
    )
    counts_only: bool = Field(
        False,
        description="Only how many reached each step, by ClickHouse's own windowFunnel: fast, but without times and "
        "without units in progress, and events count in either order at one moment rather than within one second.",
    )


class EventFunnelAnswer(Answer):
    """A funnel over any events."""

    unit: Literal["session", "person"]
    order: Literal["ordered", "strict", "any"]
    window: str = Field(examples=["1209600s"])
    steps: list[FunnelStep]
    overall: Share | None = Field(description="Share that got from the first step to the last.")
    previous: "EventFunnelAnswer | None" = PREVIOUS

    row: ClassVar[type[BaseModel]] = FunnelRow

    def rows(self) -> Sequence[FunnelRow]:
        """The steps."""
        return FunnelGroup(value="", steps=self.steps, overall=self.overall).rows("")


def ask_event_funnel(asked: Asked, question: EventFunnelQuestion) -> EventFunnelAnswer:
    """How many go through any events, one after another: a funnel that needs no journey."""
    if question.counts_only and (question.order != "ordered" or question.exclude):
        raise Refusal(422, "counts_only is for order=ordered without exclude.", pointer="/query/counts_only")
    if question.order == "any" and question.exclude:
        raise Refusal(422, "With order=any there is no exclude: it needs an order.", pointer="/query/order")
    path = FunnelPath(question.step, frozenset(), [NO_WINDOW_MS] * len(question.step), question.exclude)
    whole = (_groups(asked, question, path) or [nobody(path.steps)])[0]
    return EventFunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(question.window or asked.journey.window),
        steps=whole.steps,
        overall=whole.overall,
    )


def _groups(asked: Asked, question: EventFunnelQuestion, path: FunnelPath) -> list[FunnelGroup]:
    steps = {f"step{number}": read_step(one) for number, one in enumerate(question.step, 1)}
    excluding = {f"exclude{number}": read_step(one) for number, one in enumerate(question.exclude)}
    parameters: dict[str, object] = {
        **path.parameters,
        "unit": question.unit,
        "order": question.order,
        "window_ms": millis(question.window or asked.journey.window),
        "tolerance_ms": SECOND_MS if (question.same_second, question.order) == ("either", "ordered") else 0,
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "by": "",
        "attribution": "first",
    }
    for name, step in (steps | excluding).items():
        parameters |= step.parameters(name)
    fragments = {
        "plain_chain": "chain_with_rules" if path.has_rules else "plain_chain",
        "acts": "acts_of_people" if question.unit == "person" and not asked.scope.filters else "acts_of_sessions",
        "value": "value_of_cell",
    }
    words = {"fit": _fit(list(steps), steps, excluding), "marks": _marks(len(steps))}
    if question.counts_only:
        rows = asked.rows("event_funnel_counts", fragments, words, **parameters)
        return group(path.steps, path.following, _as_counts({row["k"]: row["entered"] for row in rows}, len(steps)))
    return group(path.steps, path.following, asked.rows("event_funnel", fragments, words, **parameters))


def _fit(names: Sequence[str], steps: dict[str, EventStep], excluding: dict[str, EventStep]) -> str:
    """Bit k says that an event fits step k, bit 0 that it excludes."""
    bits = [f"bitShiftLeft(toUInt64({steps[name].text(name)}), {k})" for k, name in enumerate(names, 1)]
    if excluding:
        either = " OR ".join(step.text(name) for name, step in excluding.items())
        bits.append(f"toUInt64({either})")
    fit = bits[0]
    for bit in bits[1:]:
        fit = f"bitOr({fit}, {bit})"
    return fit


def _marks(count: int) -> str:
    return ", ".join(f"bitTest(fit, {k})" for k in range(1, count + 1))


def _as_counts(entered: dict[int, int], last: int) -> list[dict[str, object]]:
    """Rows as the exact way gives them: nobody is in progress, and who reached the next step went on."""
    nobody_is = {"value": "", "undecided_entered": 0, "undecided_converted": 0}
    finished = entered.get(last, 0)
    return [
        nobody_is | {"k": k, "entered": count, "converted": entered.get(k + 1, 0), "decided_finished": finished}
        for k, count in sorted(entered.items())
    ]
