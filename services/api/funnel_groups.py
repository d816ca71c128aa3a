"""Counts of a funnel as its answer shows them: for the whole, or for each value it is broken down by."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from services.api.share import Share


class Seconds(BaseModel):
    """How long those took who went on, in seconds."""

    median: float = Field(examples=[83.0])
    p75: float = Field(examples=[210.0])
    p90: float = Field(examples=[540.0])
    timed: int = Field(
        description="How many of those who went on were timed: all, but where very many sessions are asked about, a "
        "share of them that is the same each time.",
        examples=[111],
    )


class FunnelStep(BaseModel):
    """A step of the funnel. entered = converted + dropped + in_progress; the last step has only `entered`.

    The next step is the next that is not optional.
    """

    step: str = Field(examples=["checkout.payment"])
    entered: int = Field(description="Units that reached this step.", examples=[4518])
    converted: int | None = Field(description="Units that also reached the next step.", examples=[111])
    dropped: int | None = Field(description="Units that did not, and no longer can.", examples=[4400])
    in_progress: int | None = Field(
        description="Units that still may: an open session, or a person whose window is not over.", examples=[7]
    )
    rate: Share | None = Field(
        description="Share that went on, among units that are no longer in progress; null where there are none."
    )
    seconds: Seconds | None = Field(description="Time to the next step of those who converted.")


class FunnelRow(FunnelStep):
    """A step as a row of a table."""

    table: str = Field(description="breakdown, trend, or empty for the whole.", examples=["breakdown"])
    value: str = Field(description="Of the breakdown or trend.", examples=["gift"])


class FunnelGroup(BaseModel):
    """The funnel of the units that share a value."""

    value: str = Field(examples=["gift"])
    steps: list[FunnelStep]
    overall: Share | None = Field(description="Share that got from the first step to the last.")

    def rows(self, table: str) -> list[FunnelRow]:
        """Its steps as rows of a table."""
        return [FunnelRow(table=table, value=self.value, **dict(step)) for step in self.steps]


NO_COUNTS: Mapping[str, Any] = dict.fromkeys(
    ("entered", "converted", "undecided_entered", "undecided_converted", "decided_finished"), 0
)


def nobody(names: Sequence[str]) -> FunnelGroup:
    """The funnel that nobody entered."""
    return _group("", names, [0] * len(names), {})


def group(names: Sequence[str], following: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> list[FunnelGroup]:
    """A funnel for each value, the largest first, from one row for each value and step."""
    of_value: dict[str, dict[int, Mapping[str, Any]]] = {}
    for row in rows:
        of_value.setdefault(str(row["value"]), {})[row["k"]] = row
    groups = [_group(value, names, following, by_step) for value, by_step in of_value.items()]
    return sorted(groups, key=lambda one: (-one.steps[0].entered, one.value))


def _group(
    value: str, names: Sequence[str], following: Sequence[int], rows: Mapping[int, Mapping[str, Any]]
) -> FunnelGroup:
    steps = [
        _step(name, rows.get(number, NO_COUNTS), is_last=number == len(names)) for number, name in enumerate(names, 1)
    ]
    first = rows.get(1, NO_COUNTS)
    decided = first["entered"] - first["undecided_entered"]
    return FunnelGroup(
        value=value, steps=steps, overall=Share.of(first["decided_finished"], decided) if decided else None
    )


def _step(name: str, row: Mapping[str, Any], *, is_last: bool) -> FunnelStep:
    """One step: who entered, and what became of them.

    All units still in progress stay out of the rate, also those that have converted already: counting the quick
    ones of them would flatter it.
    """
    entered, converted = row["entered"], row["converted"]
    if is_last:
        return FunnelStep(
            step=name, entered=entered, converted=None, dropped=None, in_progress=None, rate=None, seconds=None
        )
    in_progress = row["undecided_entered"] - row["undecided_converted"]
    decided = entered - row["undecided_entered"]
    taken = row.get("quantiles")
    return FunnelStep(
        step=name,
        entered=entered,
        converted=converted,
        dropped=entered - converted - in_progress,
        in_progress=in_progress,
        rate=Share.of(converted - row["undecided_converted"], decided) if decided else None,
        seconds=_seconds(taken, row.get("timed", converted)) if taken and converted else None,
    )


def _seconds(quantiles: Sequence[float], timed: int) -> Seconds:
    median, p75, p90 = (millis / 1000 for millis in quantiles)
    return Seconds(median=median, p75=p75, p90=p90, timed=timed)
