"""Under which circumstances more or fewer sessions end at each place than among all others that came there."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from services.api.association import FEWEST, Association, Compared, associations
from services.api.journey_places import place_named
from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row

Where = tuple[str, str]


class DropOffCircumstancesQuestion(Divisible, Paging):
    """At which place; all are compared together, so that what stands is the same whichever is shown."""

    at: str = Field(
        "", max_length=200, description="Only this stage or `stage.step`. Default: all.", examples=["checkout.payment"]
    )


class AtPlace(BaseModel):
    """At which place."""

    stage: str = Field(description="Empty: before any stage.", examples=["checkout"])
    step: str = Field(description="Empty: the whole stage.", examples=["payment"])


class DropOffCircumstance(Association, AtPlace):
    """A circumstance at a place."""


class DropOffCircumstancesAnswer(PagedAnswer, DividedAnswer):
    """The circumstances, what stands first, the surest of these."""

    journey_version: str
    circumstances: list[DropOffCircumstance] = Field(description="`share` and `others` are of those that drop off.")
    tested: int = Field(description="Comparisons made, over all places.")
    previous: "DropOffCircumstancesAnswer | None" = PREVIOUS
    by_value: "Mapping[str, DropOffCircumstancesAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = DropOffCircumstance
    lists = ("circumstances",)

    def rows(self) -> Sequence[BaseModel]:
        return self.circumstances


def ask_drop_off_circumstances(asked: Asked, question: DropOffCircumstancesQuestion) -> DropOffCircumstancesAnswer:
    """Under which circumstances more or fewer drop off at each place, as odds ratios with intervals."""
    at = place_named(asked.journey, question.at, "at") if question.at else ""
    found = circumstances_of(asked)
    told = [
        DropOffCircumstance(**dict(one), stage=stage, step=step)
        for (stage, step), there in found.items()
        for one in there
        if at in {"", stage if not step else f"{stage}.{step}"}
    ]
    told.sort(key=lambda one: (not one.stands, one.p, one.stage, one.step, one.kind, one.value))
    return DropOffCircumstancesAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        circumstances=told,
        tested=sum(map(len, found.values())),
    )


def circumstances_of(asked: Asked) -> Mapping[Where, list[Association]]:
    """By place, what could be compared, the surest first."""
    compared = comparisons(asked.rows("drop_off_circumstances", fewest=FEWEST))
    return {(stage, step): found for (stage, step), found in associations(compared).items()}


def comparisons(rows: Sequence[Row]) -> list[Compared]:
    """Each circumstance at a place beside all sessions at it."""
    whole = {place_of(row): row for row in rows if not row["kind"]}
    return [
        Compared(
            place_of(row),
            row["kind"],
            row["value"],
            row["sessions"],
            row["dropped"],
            whole[place_of(row)]["sessions"],
            whole[place_of(row)]["dropped"],
        )
        for row in rows
        if row["kind"]
    ]


def place_of(row: Row) -> Where:
    return row["stage"], row["step"]
