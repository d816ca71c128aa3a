"""A funnel over any events, put together when it is asked: what funnel.py says of steps holds of these too.

An event fits each step whose name and conditions it meets, and may be several at once. `strict` means that no other
event of this funnel lies between; events that fit no step are not looked at. Since steps may be alike, rules call them
by their numbers, from 1.
"""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from services.api.event_step import EventStep, checked_step, read_step
from services.api.funnel_groups import FunnelGroup, group, nobody
from services.api.funnel_path import FunnelPath, ruled
from services.api.funnel_shape import Shape, said_by_events, share_timed
from services.api.funnel_terms import SAID_BY_EVENTS, TRENDS, FunnelTerms, FunnelTold, Unit, tolerance_ms
from services.api.kept_counts import stored
from services.api.problem import Refusal
from services.api.question import PREVIOUS, Asked, Row
from services.api.questions.freshness import to_millis
from services.api.questions.funnel_sessions import FunnelCell, sessions_of_cell
from services.api.questions.sessions import SessionsAnswer
from services.api.sql import fragment
from services.core.duration import format_duration, millis

Step = Annotated[str, AfterValidator(checked_step)]


class EventFunnelQuestion(FunnelTerms):
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
    unit: Unit = Field("person", description="What is counted. A person is the identified user, else the visitor.")
    step_windows: str = Field(
        "",
        max_length=500,
        description="`number:longest`, separated by commas: the longest time to the step of this number, from 1, from "
        "the one taken before it.",
        examples=["2:30m,3:1h"],
    )
    optional: str = Field(
        "",
        max_length=200,
        description="Numbers of steps that may be left out, separated by commas; never the first or last.",
        examples=["2"],
    )
    counts_only: bool = Field(
        False,
        description="Only how many reached each step, by ClickHouse's own windowFunnel: fast, but without times and "
        "without units in progress, and events count in either order at one moment rather than within one second.",
    )


class EventFunnelAnswer(FunnelTold):
    """A funnel over any events."""

    previous: "EventFunnelAnswer | None" = PREVIOUS


class EventFunnelSessionsQuestion(EventFunnelQuestion, FunnelCell):
    """Which cell of which funnel."""

    number: int = Field(1, ge=1, le=20, description="Which step, from 1.")


def ask_event_funnel(asked: Asked, question: EventFunnelQuestion) -> EventFunnelAnswer:
    """How many go through any events, one after another: a funnel that needs no journey."""
    path = path_of(question)

    def groups(by: str) -> list[FunnelGroup]:
        shape = shape_of(asked, question, path, by)
        rows = _by_way(asked, shape) if shape.by_path else shape.rows(asked, "event_funnel")
        return group(question.step, path.following, rows)

    whole = (_counts(asked, question, path) if question.counts_only else groups("")) or [nobody(question.step)]
    return EventFunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(question.window or asked.journey.window),
        steps=whole[0].steps,
        overall=whole[0].overall,
        breakdown=groups(question.breakdown) if question.breakdown else [],
        trend=sorted(groups(question.trend), key=lambda one: one.value) if question.trend else [],
    )


def ask_event_funnel_sessions(asked: Asked, question: EventFunnelSessionsQuestion) -> SessionsAnswer:
    """The sessions behind a cell of a funnel over any events, newest first, a page at a time. Ask with the funnel's
    parameters.

    Of a person it is the session in which they took the step.
    """
    path = path_of(question)
    if question.counts_only or question.number > len(path.steps):
        parameter = "counts_only" if question.counts_only else "number"
        raise Refusal(
            422,
            f"Leave out counts_only, and ask for one of the {len(path.steps)} steps.",
            pointer=f"/query/{parameter}",
        )
    shape = shape_of(asked, question, path, question.by, in_sessions=True)
    return sessions_of_cell(asked, question, question.number, partial(shape.rows, asked, "event_funnel_sessions"))


def path_of(question: EventFunnelQuestion) -> FunnelPath:
    """The steps by their numbers, with the rules asked for. Raises a Refusal that points at the mistake."""
    path = ruled(question, [str(number) for number in range(1, len(question.step) + 1)], question.exclude)
    if question.counts_only and (question.order != "ordered" or path.has_rules or question.breakdown or question.trend):
        raise Refusal(
            422,
            "counts_only is for order=ordered without exclude, optional, step_windows, breakdown and trend.",
            pointer="/query/counts_only",
        )
    return path


def shape_of(
    asked: Asked, question: EventFunnelQuestion, path: FunnelPath, by: str, *, in_sessions: bool = False
) -> Shape:
    """How it is worked out. Sessions are looked at only where they are filtered, counted, or told apart by."""
    steps = {f"step{number}": read_step(one) for number, one in enumerate(question.step, 1)}
    excluding = {f"exclude{number}": read_step(one) for number, one in enumerate(question.exclude)}
    by_column = by not in SAID_BY_EVENTS | TRENDS
    tolerance = tolerance_ms(question)
    ids_matter = path.has_rules or (tolerance == 0 and question.order != "any")
    of_sessions = question.unit == "session" or in_sessions or bool(asked.scope.filters) or (by_column and by != "")
    fragments = {
        "plain_chain": "chain_with_rules" if path.has_rules else "plain_chain",
        "units_of_ways": "units_of_acts",
        "acts": "acts_of_sessions" if of_sessions else "acts_of_people",
        "value": "value_of_time" if by in TRENDS else "value_of_cell",
    }
    window_ms = millis(question.window or asked.journey.window)
    parameters: dict[str, object] = {
        **path.parameters,
        "unit": question.unit,
        "order": question.order,
        "window_ms": window_ms,
        "tolerance_ms": tolerance,
        "compared": sorted({0, max(tolerance - 1, 0), window_ms}),
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "property": question.property,
        "attribution": question.attribution,
        "by": by,
        "in_sessions": int(in_sessions),
    }
    for name, step in (steps | excluding).items():
        parameters |= step.parameters(name)
    names = [step.event for step in (steps | excluding).values()]
    parameters["names"] = names
    words = {"fit": _fit(list(steps), steps, excluding), "marks": _marks(len(steps)), "said": said_by_events(by)}
    if all(names) and by not in SAID_BY_EVENTS:
        words["named"] = fragment("named")
    by_way = not (by or in_sessions or ids_matter)
    return Shape(fragments, parameters, by if by_column else "", words, by_path=by_way)


def _by_way(asked: Asked, shape: Shape) -> list[Row]:
    timed_to = min(int(share_timed(stored(asked)) * 2**64), 2**64 - 1)
    return shape.rows(asked, "event_funnel_of_ways", timed_to=timed_to)


def _counts(asked: Asked, question: EventFunnelQuestion, path: FunnelPath) -> list[FunnelGroup]:
    rows = shape_of(asked, question, path, "").rows(asked, "event_funnel_counts")
    entered = {row["k"]: row["entered"] for row in rows}
    return group(question.step, path.following, _as_counts(entered, len(path.steps)))


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
    """Which steps an event fits; the first only within the period, though steps after it may be taken later."""
    return ", ".join(
        ["bitTest(fit, 1) AND at_ms < {to_ms:Int64}", *(f"bitTest(fit, {k})" for k in range(2, count + 1))]
    )


def _as_counts(entered: dict[int, int], last: int) -> list[dict[str, object]]:
    """Rows as the exact way gives them: nobody is in progress, and who reached the next step went on."""
    nobody_is = {"value": "", "undecided_entered": 0, "undecided_converted": 0}
    finished = entered.get(last, 0)
    return [
        nobody_is | {"k": k, "entered": count, "converted": entered.get(k + 1, 0), "decided_finished": finished}
        for k, count in sorted(entered.items())
    ]
