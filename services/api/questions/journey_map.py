"""The journey as a map: jobs (or other parts of the sessions) down, stages and their steps across.

A cell tells who came there, how many of them got done, how long they stayed, what it took, and how much friction they
met; and a cell is relevant to a job by how much more often its sessions come there than all sessions do.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Apart, Asked, DividedAnswer, Divisible, Row
from services.api.questions.pain_points import PainPointsQuestion, ask_pain_points
from services.api.scope import SEGMENT, part_of
from services.api.share import Share
from services.core.journey import Journey

Relevance = Literal["none", "some", "usual", "high"]


class JourneyMapQuestion(Divisible, Paging):
    """What stands in the rows of the map."""

    limit: int = Field(1000, ge=1, le=10000, description="At most so many of each list a page.")
    by: Apart = Field("job", description="What sessions are told apart by, a row each.", examples=["segment"])


class PainMark(BaseModel):
    """A pain point of the place, by what it surely costs."""

    detector: str = Field(examples=["rage_click"])
    page: str = Field(examples=["/checkout/payment"])
    element: str = Field(examples=["#coupon"])
    rank: int
    stands: bool
    lost_conversions: float | None = Field(description="Of all rows together; null where it could not be told.")


class Cell(BaseModel):
    """One row's sessions at one place."""

    row: str = Field(description="The job, or what else the rows are.", examples=["gift"])
    stage: str = Field(examples=["checkout"])
    step: str = Field(description="Empty: the whole stage.", examples=["payment"])
    sessions: int = Field(description="That came here.")
    reach: Share = Field(description="Of the row's sessions.")
    success: Share | None = Field(description="Of the closed ones that came here, those that got done; null for none.")
    median_seconds: float = Field(description="Spent here, all stays of a session together.")
    median_moves: float | None = Field(
        description="Of the closed sessions that came here and got done, over their whole way."
    )
    entries: float = Field(description="How often a session that came here came here, in the mean.")
    friction: Share = Field(description="Those that met friction here, intended friction aside: the heat of the cell.")
    findings: int
    relevance: Relevance = Field(
        description="Reach here against the reach of all sessions: none; some, below half of it; usual; high, from 1.5 "
        "times it on."
    )


class MapRow(BaseModel):
    """One row of the map."""

    row: str
    sessions: int


class MapColumn(BaseModel):
    """One column of the map, in the journey's order."""

    stage: str
    step: str
    pain_points: list[PainMark] = Field(description="At most three, the worst first.")


class JourneyMapAnswer(PagedAnswer, DividedAnswer):
    """The map: rows, columns, and the cells where anybody came."""

    journey_version: str
    by: Apart
    map_rows: list[MapRow]
    columns: list[MapColumn]
    cells: list[Cell]
    previous: "JourneyMapAnswer | None" = PREVIOUS
    by_value: "Mapping[str, JourneyMapAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Cell
    lists = ("cells",)

    def rows(self) -> Sequence[BaseModel]:
        return self.cells


def ask_journey_map(asked: Asked, question: JourneyMapQuestion) -> JourneyMapAnswer:
    """The journey as a matrix: who comes where, gets done, how long it takes, and where it hurts."""
    told = {"scoped_sessions": "scoped_sessions_by_segment"} if question.by == SEGMENT else {}
    word = {"line": part_of(question.by)}
    sizes = {row["line"]: row["sessions"] for row in asked.rows("journey_map_lines", told, word)}
    # What its cells are of are the most frequent lines.
    rows = [row for row in asked.rows("journey_map", told, word) if row["line"] in sizes]
    usual = reach_of_all(rows, sum(sizes.values()))
    across = {place: number for number, place in enumerate(places(asked.journey))}
    down = {line: number for number, line in enumerate(sizes)}
    rows.sort(key=lambda row: (down[row["line"]], across.get((row["stage"], row["step"]), len(across))))
    return JourneyMapAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        by=question.by,
        map_rows=[MapRow(row=line, sessions=sessions) for line, sessions in sizes.items()],
        columns=columns(asked, question),
        cells=[cell(row, sizes[row["line"]], usual[row["stage"], row["step"]]) for row in rows],
    )


def reach_of_all(rows: Sequence[Row], sessions: int) -> dict[tuple[str, str], float]:
    """By place, the share of all sessions that came there."""
    came: dict[tuple[str, str], int] = {}
    for row in rows:
        place = row["stage"], row["step"]
        came[place] = came.get(place, 0) + row["sessions"]
    return {place: count / sessions for place, count in came.items()}


def cell(row: Row, size: int, usual: float) -> Cell:
    return Cell(
        row=row["line"],
        stage=row["stage"],
        step=row["step"],
        sessions=row["sessions"],
        reach=Share.of(row["sessions"], size),
        success=Share.of(row["done"], row["over"]) if row["over"] else None,
        median_seconds=row["median_seconds"],
        median_moves=row["median_moves"] if row["done"] else None,
        entries=row["entered"] / row["sessions"],
        friction=Share.of(row["affected"], row["sessions"]),
        findings=row["findings"],
        relevance=relevance(row["sessions"] / size / usual),
    )


def relevance(lift: float) -> Relevance:
    """How relevant a place is to a row whose sessions come there so many times as often as all do.

    >>> relevance(0.3), relevance(1.0), relevance(1.5)
    ('some', 'usual', 'high')
    """
    return "none" if lift == 0 else "some" if lift < 0.5 else "usual" if lift < 1.5 else "high"


def columns(asked: Asked, question: JourneyMapQuestion) -> list[MapColumn]:
    """The places in order, each with its worst pain points."""
    plain = PainPointsQuestion.model_validate(question.model_dump(by_alias=True, exclude={"by"}) | {"limit": 500})
    points = ask_pain_points(asked, plain).pain_points
    return [
        MapColumn(
            stage=stage,
            step=step,
            pain_points=[
                PainMark(
                    detector=point.detector,
                    page=point.page,
                    element=point.element,
                    rank=point.rank,
                    stands=point.stands,
                    lost_conversions=point.lost_conversions.estimate if point.lost_conversions else None,
                )
                for point in points
                if point.stage == stage and step in {"", point.step}
            ][:3],
        )
        for stage, step in places(asked.journey)
    ]


def places(journey: Journey) -> list[tuple[str, str]]:
    return [(stage.name, step) for stage in journey.stages for step in ("", *(one.name for one in stage.steps))]
