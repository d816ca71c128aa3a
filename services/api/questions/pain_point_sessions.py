"""What stands behind a pain point: the sessions that met it, and the findings with their evidence."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from pydantic import BaseModel, Field

from services.api.page import PagedAnswer, Paging, reach
from services.api.period import Period
from services.api.question import PREVIOUS, Asked, Question
from services.api.questions.freshness import from_millis
from services.api.questions.session import SessionFinding
from services.api.questions.sessions import SessionsAnswer, a_page, start_of

PLACE = ("at_stage", "at_step", "at_page", "at_element")


class PainPointQuestion(Question, Paging):
    """Which pain point; what is left out may be anything, what is given empty is empty, as before any stage."""

    detector: str = Field(
        "rage_click", max_length=200, description="The detector that found it.", examples=["rage_click"]
    )
    at_stage: str | None = Field(
        None, max_length=200, description="In this stage; empty: before any.", examples=["checkout"]
    )
    at_step: str | None = Field(None, max_length=200, description="In this step; empty: in none.", examples=["payment"])
    at_page: str | None = Field(
        None, max_length=2_000, description="On this page; empty: on none.", examples=["/checkout/payment"]
    )
    at_element: str | None = Field(
        None, max_length=2_000, description="At this element; empty: at none.", examples=["#coupon"]
    )

    @property
    def place(self) -> dict[str, object]:
        """For SQL: of each part of the place what it may be, anything where nothing is said."""
        given = {name: getattr(self, name) for name in PLACE}
        return {"detector": self.detector} | {name: [] if one is None else [one] for name, one in given.items()}


class PainPointFinding(SessionFinding):
    """One piece of friction, and in which session."""

    session_id: str


class PainPointFindingsAnswer(PagedAnswer):
    """The findings, newest first."""

    findings: list[PainPointFinding]
    previous: "PainPointFindingsAnswer | None" = PREVIOUS
    row: ClassVar[type[BaseModel]] = PainPointFinding
    lists = ("findings",)

    def rows(self) -> Sequence[BaseModel]:
        return self.findings


def ask_pain_point_sessions(asked: Asked, question: PainPointQuestion) -> SessionsAnswer:
    """The sessions that met a pain point, newest first, a page at a time."""
    cursor = start_of(asked, question.cursor)
    asked = asked.of(Period(since=from_millis(cursor.from_ms), until=from_millis(cursor.to_ms)))
    rows = asked.rows(
        "pain_point_sessions", **question.place, **msgspec.structs.asdict(cursor), limit=question.limit + 1
    )
    return a_page(asked, cursor, rows, question.limit)


def ask_pain_point_findings(asked: Asked, question: PainPointQuestion) -> PainPointFindingsAnswer:
    """The findings that make a pain point, newest first, each with the ids of the events that show it."""
    rows = asked.rows("pain_point_findings", **question.place, limit=reach(question))
    return PainPointFindingsAnswer(**asked.about(), findings=[PainPointFinding(**row) for row in rows])
