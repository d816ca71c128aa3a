"""Who the customers are: segments by recency, frequency and worth, whom to talk to, and whom to ask.

RFM scores identified customers from 1 to 5 by fifths of all customers of the period: how recently they came, how often
they got done, and what that was worth (J. R. Bult and T. Wansbeek, "Optimal selection for direct mail", Marketing
Science 14 (1995), 378-394). Equal values have equal scores, so fifths may differ in size.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.page import PagedAnswer, Paging, reach
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.questions.jobs import attempts_of, attempts_told
from services.api.share import Share
from services.api.sql import fragment
from services.api.table import in_one_table, row_of_lists

MOST_CUSTOMERS = 50_000

Name = Literal["champions", "loyal", "at_risk", "promising", "lost"]


class SegmentsQuestion(Divisible, Paging):
    """Whose segments."""


class Newcomers(BaseModel):
    """New visitors, or returning ones."""

    visitors: Literal["new", "returning"]
    people: int = Field(description="Visitors; who came for the first time and again in the period is in both.")
    sessions: int
    done: Share = Field(description="Of the sessions.")


class Segment(BaseModel):
    """Customers alike in recency and frequency."""

    name: Name = Field(
        description="champions: both scores 4 or more; loyal: both 3 or more; at_risk: often, but not lately; "
        "promising: lately, but not often; lost: neither."
    )
    customers: int
    share: Share
    worth: float = Field(description="What all their sessions that got done were worth.")


class Customer(BaseModel):
    """One identified customer."""

    person: str
    segment: Name
    recency: int = Field(ge=1, le=5)
    frequency: int = Field(ge=1, le=5)
    monetary: int = Field(ge=1, le=5)
    visits: int
    done: int = Field(description="Sessions that got done.")
    worth: float = Field(description="Of these, in `currency`.")
    currency: str
    last_at: datetime
    last_session: str
    unmet: list[str] = Field(description="Jobs begun in the period and not done.")


class SegmentsAnswer(PagedAnswer, DividedAnswer):
    """Segments, and two lists of people."""

    journey_version: str
    customers: int = Field(description="Identified customers of the period.")
    newcomers: list[Newcomers]
    segments: list[Segment]
    to_interview: list[Customer] = Field(
        description="Worth a talk: customers of high frequency or worth (4 or 5) with an unmet job, best first."
    )
    to_survey: list[Customer] = Field(
        description="Worth a question: customers whose attempt at a job is over, who were not asked in the period, "
        "the latest first."
    )
    previous: "SegmentsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, SegmentsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = row_of_lists("ListedCustomer", to_interview=Customer, to_survey=Customer)
    lists = ("to_interview", "to_survey")

    def rows(self) -> Sequence[BaseModel]:
        return in_one_table(self.row, to_interview=self.to_interview, to_survey=self.to_survey)


def ask_segments(asked: Asked, question: SegmentsQuestion) -> SegmentsAnswer:
    """Segments by recency, frequency and worth; new and returning; whom to interview and whom to survey."""
    fragments, words = attempts_told(asked) | {"measured": "not_measured"}, {"whose": fragment("of_customers")}
    rows = asked.rows("segments", fragments, words, **attempts_of(asked), most=MOST_CUSTOMERS)
    customers = rows[0]["customers"] if rows else 0
    worth_a_talk = (row for row in rows if row["unmet"] and max(row["f"], row["m"]) >= 4)
    unasked = sorted((row for row in rows if row["is_settled"] and not row["was_asked"]), key=lately)
    return SegmentsAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        customers=customers,
        newcomers=[newcomers(row) for row in asked.rows("newcomers")],
        segments=segments(rows, customers),
        to_interview=people(worth_a_talk, reach(question)),
        to_survey=people(unasked, reach(question)),
    )


def lately(row: Row) -> tuple[float, str]:
    """Sorts the latest to the front."""
    return -row["last_at"].timestamp(), row["person"]


def segments(rows: Sequence[Row], customers: int) -> list[Segment]:
    """The largest first."""
    found = {row["segment"]: row for row in rows}
    largest_first = sorted(found.values(), key=lambda row: (-row["in_segment"], row["segment"]))
    return [
        Segment(
            name=row["segment"],
            customers=row["in_segment"],
            share=Share.of(row["in_segment"], customers),
            worth=row["segment_worth"],
        )
        for row in largest_first
    ]


def people(rows: Iterable[Row], limit: int) -> list[Customer]:
    """The first so many."""
    return [customer(row) for row, _ in zip(rows, range(limit), strict=False)]


def customer(row: Row) -> Customer:
    same = ("person", "segment", "visits", "last_at", "last_session", "unmet")
    return Customer(
        **{name: row[name] for name in same},
        recency=row["r"],
        frequency=row["f"],
        monetary=row["m"],
        done=row["frequency"],
        worth=row["monetary"],
        currency=next(iter(row["currencies"]), ""),
    )


def newcomers(row: Row) -> Newcomers:
    return Newcomers(
        visitors="returning" if row["returning"] else "new",
        people=row["people"],
        sessions=row["sessions"],
        done=Share.of(row["done"], row["sessions"]),
    )
