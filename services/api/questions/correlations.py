"""What separates those who went on from a place from those who did not: odds ratios, with their uncertainty.

Only what was there before they went on counts as a factor: what happened afterwards cannot have led there. It goes
together; whether it is the cause is for an experiment to say.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from services.api.association import FEWEST, Association, Compared, associations
from services.api.journey_places import place_named, places_of
from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.share import Share
from services.api.share_of_visitors import share_of_visitors
from services.api.standing import DROP_OFFS


class CorrelationsQuestion(Divisible, Paging):
    """From where to where."""

    at: str = Field(
        "", max_length=200, description="A stage or `stage.step`. Default: the first stage.", examples=["checkout"]
    )
    goal: str = Field(
        "", max_length=200, description="A stage or `stage.step`. Default: any later stage.", examples=["bought"]
    )
    events: bool = Field(True, description="Also whether each event was there; reads all events of the period.")


class CorrelationsAnswer(PagedAnswer, DividedAnswer):
    """The factors, the surest first."""

    journey_version: str
    at: str
    goal: str = Field(description="Empty: any later stage.")
    sessions: int = Field(description="Closed ones that came to the place.")
    went_on: Share | None = Field(description="Null where nobody came.")
    followed: int = Field(
        description="Sessions that those of kind `event` are told of: all, or of very many those of a share of all "
        "visitors; 0 unless events were asked for."
    )
    factors: list[Association] = Field(
        description="Kinds: the circumstances, `place` (stages and steps passed before), `finding` (detector@place met "
        "before going on), `event` (its name, before going on; of those `followed`)."
    )
    tested: int
    previous: "CorrelationsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, CorrelationsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Association
    lists = ("factors",)

    def rows(self) -> Sequence[BaseModel]:
        return self.factors


def ask_correlations(asked: Asked, question: CorrelationsQuestion) -> CorrelationsAnswer:
    """What separates those who went on from those who did not, as odds ratios with intervals."""
    at = place_named(asked.journey, question.at, "at") if question.at else places_of(asked.journey)[0]
    goal = place_named(asked.journey, question.goal, "goal") if question.goal else ""
    words, share = share_of_visitors(asked) if question.events else ({}, {})
    acted = {} if question.events else {"acted": "not_acted"}
    rows = asked.rows("correlations", acted, words, at=at, goal=goal, fewest=FEWEST, drop_offs=list(DROP_OFFS), **share)
    whole, followed = all_of(rows, ""), all_of(rows, "followed")
    compared = [
        against(row, followed if row["kind"] == "event" else whole)
        for row in rows
        if row["kind"] not in {"", "followed"}
    ]
    found = associations(compared).get((), [])
    return CorrelationsAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        at=at,
        goal=goal,
        sessions=whole["sessions"],
        went_on=Share.of(whole["went_on"], whole["sessions"]) if whole["sessions"] else None,
        followed=followed["sessions"],
        factors=found,
        tested=len(found),
    )


def all_of(rows: Sequence[Row], kind: str) -> Row:
    """The row that counts all sessions, or all whose events were looked at."""
    return next((row for row in rows if row["kind"] == kind), {"sessions": 0, "went_on": 0})


def against(row: Row, whole: Row) -> Compared:
    """A factor beside all sessions in which it could have been there."""
    return Compared((), row["kind"], row["value"], row["sessions"], row["went_on"], whole["sessions"], whole["went_on"])
