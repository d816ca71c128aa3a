"""How sessions keep to the journey: steps skipped, repeated or inserted out of order, and what each deviation costs.

A place is a stage or step that events can enter by itself. Skipped: a later place was reached without it. Repeated: it
was entered more than once. Inserted: it was first entered only after a later one. The cost is what conversions differ
by between sessions with and without the deviation that have the same job (Mantel-Haenszel), and by how much longer
those took that got done nevertheless.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.estimate import Estimate
from services.api.impact import Group, adjusted_difference
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.share import Share
from services.core.journey import Journey
from services.core.stats.benjamini_hochberg import benjamini_hochberg
from services.core.stats.mantel_haenszel import RiskDifference

Kind = Literal["skipped", "repeated", "inserted"]


class ConformanceQuestion(Divisible):
    """Which sessions' ways."""


class Deviation(BaseModel):
    """One way of not keeping to the journey at one place."""

    kind: Kind
    place: str = Field(description="A stage, or `stage.step`.", examples=["checkout.delivery"])
    sessions: int = Field(description="That did.")
    share: Share = Field(description="Of those that could: that came further (skipped), or that came here.")
    cost: Estimate | None = Field(
        description="Conversion without it less conversion with it, among sessions with the same job; null where fewer "
        "than 30 a side can be compared."
    )
    p: float | None
    stands: bool = Field(description="Also after Benjamini-Hochberg at q = 0.05 over all compared here.")
    extra_seconds: float | None = Field(
        description="Median length with it less without it, of the sessions that got done; null where there are none."
    )


class ConformanceAnswer(DividedAnswer):
    """Deviations, what costs most first."""

    journey_version: str
    deviations: list[Deviation]
    previous: "ConformanceAnswer | None" = PREVIOUS
    by_value: "Mapping[str, ConformanceAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Deviation

    def rows(self) -> Sequence[BaseModel]:
        return self.deviations


def ask_conformance(asked: Asked, question: ConformanceQuestion) -> ConformanceAnswer:
    """Which steps of the journey are skipped, repeated or taken out of order, and what that costs."""
    places = entered_places(asked.journey)
    cells: dict[tuple[Kind, int], list[Row]] = {}
    for row in asked.rows("conformance", places=places):
        cells.setdefault((row["kind"], row["place"]), []).append(row)
    told = [(key, rows, cost_of(rows)) for key, rows in cells.items() if any(row["deviates"] for row in rows)]
    stand = iter(benjamini_hochberg([cost.p for *_, cost in told if cost]))
    deviations = [
        deviation(kind, places[place - 1], rows, cost, cost is not None and next(stand))
        for (kind, place), rows, cost in told
    ]
    deviations.sort(key=lambda one: (-(one.cost.low if one.cost else -1.0), -one.sessions))
    return ConformanceAnswer(**asked.about(), journey_version=asked.journey.version, deviations=deviations)


def entered_places(journey: Journey) -> list[str]:
    """Every stage and step that has events of its own, in order."""
    return [
        name
        for stage in journey.stages
        for name in (
            *([stage.name] if stage.enter else []),
            *(f"{stage.name}.{step.name}" for step in stage.steps),
        )
    ]


def cost_of(rows: Sequence[Row]) -> RiskDifference | None:
    """What the deviation costs, job by job."""
    groups = [
        Group(
            {row["job"]: row["sessions"] for row in rows if row["job"] and row["deviates"] == deviates},
            {row["job"]: row["done"] for row in rows if row["job"] and row["deviates"] == deviates},
        )
        for deviates in (True, False)
    ]
    return adjusted_difference(*groups)


def deviation(kind: Kind, place: str, rows: Sequence[Row], cost: RiskDifference | None, stands: bool) -> Deviation:
    """One deviation with its share and cost."""
    whole = {bool(row["deviates"]): row for row in rows if not row["job"]}
    with_it, without = whole[True], whole.get(False)
    all_sessions = with_it["sessions"] + (without["sessions"] if without else 0)
    extra = with_it["median_seconds"] - without["median_seconds"] if without else float("nan")
    return Deviation(
        kind=kind,
        place=place,
        sessions=with_it["sessions"],
        share=Share.of(with_it["sessions"], all_sessions),
        cost=Estimate.of(cost) if cost else None,
        p=cost.p if cost else None,
        stands=stands,
        extra_seconds=extra if isfinite(extra) else None,
    )
