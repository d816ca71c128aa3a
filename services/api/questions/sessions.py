"""Which sessions there were: the list behind every number, newest first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from pydantic import BaseModel, Field

from services.api.cursor import CursorText, read_cursor, write_cursor
from services.api.period import EARLIEST, LATEST, Period
from services.api.question import PREVIOUS, Answer, Asked, Question
from services.api.questions.freshness import from_millis, to_millis
from services.api.scope import searched


class SessionsQuestion(Question):
    """Which sessions, and from where on."""

    detector: str = Field("", max_length=200, description="With a finding of this detector.", examples=["rage_click"])
    visitor: str = Field("", max_length=1_000, description="Of this visitor.", examples=["3f1c9a70"])
    text: str = Field(
        "",
        max_length=200,
        description="With an event that has this text in its name, page, title, address or properties (so also the "
        "elements clicked), in whatever case.",
        examples=["coupon"],
    )
    limit: int = Field(50, ge=1, le=500, description="Sessions a page.")
    cursor: CursorText = ""


class SessionSummary(BaseModel):
    """One visitor's acts without a long pause."""

    id: str
    visitor: str
    user: str = Field(description="The identified user, empty where unknown.")
    started_at: datetime
    ended_at: datetime = Field(description="Time of the last event so far.")
    state: str = Field(description="open or closed", examples=["closed"])
    late: bool = Field(description="Made of events that came after the allowed lateness.")
    historical: bool = Field(description="Imported rather than live.")
    events: int
    pages: int
    entry_page: str
    exit_page: str
    device: str = Field(examples=["mobile"])
    browser: str
    os: str
    country: str = Field(description="ISO 3166, two letters.", examples=["NO"])
    referrer_class: str = Field(examples=["search"])
    source: str = Field(description="utm_source")
    medium: str = Field(description="utm_medium")
    campaign: str = Field(description="utm_campaign", examples=["spring"])
    stage: str = Field(description="The furthest stage entered, empty where none was.", examples=["checkout"])
    step: str = Field(description="The furthest step within it.", examples=["payment"])
    job: str = Field(examples=["gift"])
    job_confidence: float = Field(description="Posterior probability of the job, 0 to 1.", examples=[0.91])
    outcome_at: datetime | None = Field(description="When the job was done; null where it was not.")
    value: float = Field(description="Of the outcome, else of the basket as last seen, in `currency`.", examples=[59.9])
    currency: str = Field(description="ISO 4217", examples=["EUR"])
    journey_version: str


class SessionsAnswer(Answer):
    """A page of sessions."""

    sessions: list[SessionSummary]
    total: int = Field(description="Sessions on all pages together.", examples=[4518])
    next_cursor: str | None = Field(description="For the next page; null on the last. Also in the Link header.")
    previous: "SessionsAnswer | None" = PREVIOUS

    row: ClassVar[type[BaseModel]] = SessionSummary

    def rows(self) -> Sequence[SessionSummary]:
        """The sessions of the page."""
        return self.sessions


StoredMillis = Annotated[int, msgspec.Meta(ge=to_millis(EARLIEST), le=to_millis(LATEST))]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended, and the period it was of: that must not move while somebody leafs through."""

    before_ms: StoredMillis
    before_id: str
    from_ms: StoredMillis
    to_ms: StoredMillis


def ask_sessions(asked: Asked, question: SessionsQuestion) -> SessionsAnswer:
    """Sessions that started in the period, newest first, a page at a time."""
    cursor = start_of(asked, question.cursor)
    asked = asked.of(Period(since=from_millis(cursor.from_ms), until=from_millis(cursor.to_ms)))
    if question.text:
        asked = replace(asked, scope=searched(asked.scope, question.text))
    filters = question.model_dump(include={"detector", "visitor"})
    rows = asked.rows("sessions", **filters, **msgspec.structs.asdict(cursor), limit=question.limit + 1)
    return a_page(asked, cursor, rows, question.limit)


def a_page(asked: Asked, cursor: Cursor, rows: list[dict[str, Any]], limit: int) -> SessionsAnswer:
    """The answer from the rows of a page, of which there is one more where another page follows."""
    sessions = [SessionSummary(**without_epoch(row)) for row in rows[:limit]]
    period = Period(since=from_millis(cursor.from_ms), until=from_millis(cursor.to_ms))
    following = None
    if len(rows) > limit:
        last = sessions[-1]
        following = write_cursor(Cursor(to_millis(last.started_at), last.id, cursor.from_ms, cursor.to_ms))
    return SessionsAnswer(
        **asked.about() | {"period": period},
        sessions=sessions,
        total=rows[0]["total"] if rows else 0,
        next_cursor=following,
    )


def start_of(asked: Asked, given: str) -> Cursor:
    """Where a page begins: at the cursor given, else with the newest session."""
    return (
        read_cursor(given, Cursor) if given else Cursor(asked.period.parameters["to_ms"], "", **asked.period.parameters)
    )


def without_epoch(row: dict[str, Any]) -> dict[str, Any]:
    """The row with null for an outcome that was not reached, which the table keeps as 1970."""
    return row | {"outcome_at": row["outcome_at"] if row["outcome_at"].year > 1970 else None}
