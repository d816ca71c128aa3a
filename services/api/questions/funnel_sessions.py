"""The sessions behind a cell of a funnel: those in which its units took a step."""

from typing import Literal

import msgspec
from pydantic import Field

from services.api.funnel_path import read_path
from services.api.period import LATEST, Asked
from services.api.problem import Refusal
from services.api.questions.freshness import to_millis
from services.api.questions.funnel import FunnelQuestion, parameters_of, text_of
from services.api.questions.sessions import SessionsAnswer, a_page, start_of
from services.core.journey import Journey
from services.edges.clickhouse import Store


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


def ask_funnel_sessions(
    store: Store, journey: Journey, asked: Asked, question: FunnelSessionsQuestion
) -> SessionsAnswer:
    """A page of the sessions of a cell; of a person the one in which they took the step."""
    path = read_path(journey, question)
    step = question.step or path.steps[0]
    if step not in path.steps:
        raise Refusal(422, f"This funnel has no step {step!r}; it has {', '.join(path.steps)}.", pointer="/query/step")
    cursor = start_of(asked, question.cursor)
    if not question.cursor:  # a person may take a step after the period
        cursor = msgspec.structs.replace(cursor, before_ms=to_millis(LATEST))
    by = question.breakdown or question.trend or ""
    cell = {
        "by": by,
        "k": path.steps.index(step) + 1,
        "fate": question.fate,
        "value": question.value,
        "limit": question.limit + 1,
    }
    parameters = parameters_of(journey, asked, question, path) | msgspec.structs.asdict(cursor) | cell
    rows = store.query(text_of("funnel_sessions", path, by), parameters)
    return a_page(asked, cursor, rows, question.limit)
