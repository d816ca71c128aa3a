"""The ways people take: what directly follows what, and how the ways part and meet (Sankey), done against dropped.

A path's nodes are the journey's places, pages or events. `follows` counts every time that one came right after another
(the directly-follows graph of process mining); `flows` counts sessions step by step, from their start or around a node
(its first time in a session). An empty name is the start or the end of a session.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.page import PagedAnswer, Paging, reach
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.table import in_one_table, row_of_lists

Of = Literal["places", "pages", "events"]


class PathsQuestion(Divisible, Paging):
    """Which paths."""

    limit: int = Field(200, ge=1, le=2000, description="At most so many of each list a page.")
    of: Of = Field("places", description="What a path is made of: places of the journey, pages, or events by name.")
    around: str = Field(
        "",
        max_length=2_000,
        description="Flows before or after this node, by its first time in a session. Default: from the start.",
        examples=["checkout.payment"],
    )
    side: Literal["before", "after"] = Field("after", description="With `around`: what came before it, or after.")
    depth: int = Field(5, ge=1, le=20, description="How many steps of flows.")


class Follows(BaseModel):
    """One node right after another, at any place of a path."""

    source: str = Field(description="Empty: the session's start.", examples=["basket"])
    target: str = Field(description="Empty: the session's end.", examples=["checkout"])
    times: int = Field(description="How often, over all sessions.")
    sessions: int
    converted: int = Field(description="Of these sessions, how many got done.")
    dropped: int
    median_seconds: float | None = Field(description="Between the two; null at a start or end.")


class Flow(BaseModel):
    """One node right after another at one position: a link of a Sankey diagram."""

    position: int = Field(description="Of the source: 0 is the start, or the node asked around; before it below 0.")
    source: str
    target: str = Field(description="Empty: the session ended.")
    sessions: int
    converted: int
    dropped: int


class PathsAnswer(PagedAnswer, DividedAnswer):
    """Links, most sessions first."""

    journey_version: str
    of: Of
    follows: list[Follows]
    flows: list[Flow]
    previous: "PathsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, PathsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = row_of_lists("Link", follows=Follows, flows=Flow)
    lists = ("follows", "flows")

    def rows(self) -> Sequence[BaseModel]:
        return in_one_table(self.row, follows=self.follows, flows=self.flows)


def ask_paths(asked: Asked, question: PathsQuestion) -> PathsAnswer:
    """What directly follows what, and the flows from the start, or before or after any step: done against dropped."""
    rows = asked.rows(
        "paths", ways_of(question.of), of=question.of, around=question.around, side=question.side,
        depth=question.depth, links=reach(question),
    )  # fmt: skip
    return PathsAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        of=question.of,
        follows=[follows(row) for row in rows if row["kind"] == "follows"],
        flows=[flow(row) for row in rows if row["kind"] == "flows"],
    )


def ways_of(of: Of) -> dict[str, str]:
    """The fragment that says what a path is made of."""
    return {} if of == "places" else {"ways_of_places": "ways_of_events"}


def follows(row: Row) -> Follows:
    seconds = row["median_seconds"]
    return Follows(
        source=row["a"],
        target=row["b"],
        times=row["times"],
        sessions=row["sessions"],
        converted=row["converted"],
        dropped=row["sessions"] - row["converted"],
        median_seconds=seconds if row["a"] and row["b"] and isfinite(seconds) else None,
    )


def flow(row: Row) -> Flow:
    return Flow(
        position=row["position"],
        source=row["a"],
        target=row["b"],
        sessions=row["sessions"],
        converted=row["converted"],
        dropped=row["sessions"] - row["converted"],
    )
