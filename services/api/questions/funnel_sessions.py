"""The sessions behind a cell of a funnel: those in which its units took a step."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec
from pydantic import Field

from services.api.funnel_path import read_path
from services.api.funnel_terms import FunnelTerms
from services.api.period import LATEST
from services.api.problem import Refusal
from services.api.question import Asked, Row
from services.api.questions.freshness import to_millis
from services.api.questions.funnel import FunnelQuestion, shape_of
from services.api.questions.sessions import SessionsAnswer, a_page, start_of


class FunnelCell(FunnelTerms):
    """Which cell of a funnel. With a breakdown, or else a trend, `value` says which of its values."""

    fate: Literal["entered", "converted", "dropped", "in_progress"] = Field(
        "entered", description="What became of the units at this step."
    )
    value: str = Field("", max_length=1_000, description="Of the breakdown or trend.", examples=["gift"])

    @property
    def by(self) -> str:
        """What units are told apart by."""
        return self.breakdown or self.trend or ""


class FunnelSessionsQuestion(FunnelQuestion, FunnelCell):
    """Which cell of which funnel."""

    step: str = Field("", max_length=200, description="Which step; default: the first.", examples=["checkout.payment"])


def ask_funnel_sessions(asked: Asked, question: FunnelSessionsQuestion) -> SessionsAnswer:
    """The sessions behind a cell of a funnel, newest first, a page at a time. Ask with the funnel's parameters.

    Of a person it is the session in which they took the step.
    """
    path = read_path(asked.journey, question, question.steps, question.exclude)
    step = question.step or path.steps[0]
    if step not in path.steps:
        raise Refusal(422, f"This funnel has no step {step!r}; it has {', '.join(path.steps)}.", pointer="/query/step")
    shape = shape_of(asked, question, path, question.by, one_by_one=True)
    return sessions_of_cell(asked, question, path.steps.index(step) + 1, partial(shape.rows, asked, "funnel_sessions"))


def sessions_of_cell(asked: Asked, cell: FunnelCell, step: int, rows_of: Callable[..., list[Row]]) -> SessionsAnswer:
    """A page of the sessions in which units took a step, counted from 1; `rows_of` takes what a page is bound by."""
    cursor = start_of(asked, cell.cursor)
    if not cell.cursor:  # a person may take a step after the period
        cursor = msgspec.structs.replace(cursor, before_ms=to_millis(LATEST))
    bound = {"k": step, "fate": cell.fate, "value": cell.value, "limit": cell.limit + 1}
    return a_page(asked, cursor, rows_of(**msgspec.structs.asdict(cursor), **bound), cell.limit)
