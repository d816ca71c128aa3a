"""The sessions behind a cell of a funnel: those in which its units took a step."""

from typing import Literal

import msgspec
from pydantic import Field

from services.api.funnel_path import read_path
from services.api.period import LATEST
from services.api.problem import Refusal
from services.api.question import Asked
from services.api.questions.freshness import to_millis
from services.api.questions.funnel import FunnelQuestion, shape_of
from services.api.questions.sessions import SessionsAnswer, a_page, start_of


class FunnelSessionsQuestion(FunnelQuestion):
    """Which cell of which funnel. With a breakdown, or else a trend, `value` says which of its values."""

    step: str = Field("", max_length=200, description="Which step; default: the first.", examples=["checkout.payment"])
    fate: Literal["entered", "converted", "dropped", "in_progress"] = Field(
        "entered", description="What became of the units at this step."
    )
    value: str = Field("", max_length=1_000, description="Of the breakdown or trend.", examples=["gift"])
    limit: int = Field(50, ge=1, le=500, description="Sessions a page.")
    cursor: str = Field(
        "", max_length=2_000, description="`next_cursor` of the page before; keep the other parameters."
    )


def ask_funnel_sessions(asked: Asked, question: FunnelSessionsQuestion) -> SessionsAnswer:
    """The sessions behind a cell of a funnel, newest first, a page at a time. Ask with the funnel's parameters.

    Of a person it is the session in which they took the step.
    """
    path = read_path(asked.journey, question)
    step = question.step or path.steps[0]
    if step not in path.steps:
        raise Refusal(422, f"This funnel has no step {step!r}; it has {', '.join(path.steps)}.", pointer="/query/step")
    cursor = start_of(asked, question.cursor)
    if not question.cursor:  # a person may take a step after the period
        cursor = msgspec.structs.replace(cursor, before_ms=to_millis(LATEST))
    by = question.breakdown or question.trend or ""
    cell = {
        "k": path.steps.index(step) + 1,
        "fate": question.fate,
        "value": question.value,
        "limit": question.limit + 1,
    }
    shape = shape_of(asked, question, path, by, one_by_one=True)
    rows = shape.rows(asked, "funnel_sessions", **msgspec.structs.asdict(cursor), **cell)
    return a_page(asked, cursor, rows, question.limit)
