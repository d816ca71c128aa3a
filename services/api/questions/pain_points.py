"""What hurts customers where, what each costs, and which of it stands: the findings weighed together.

A pain point is the findings of one detector at one place. Its impact is the adjusted difference in going on
to a later stage (services/api/impact.py). Abandonments are the effect, not a cause: they are drop-offs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, Field

from services.api.estimate import Estimate
from services.api.impact import FEWEST, Group, adjusted_difference, naive_difference
from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible
from services.api.questions.fixes import LastFixes, State
from services.api.share import Share
from services.api.standing import DROP_OFFS
from services.api.table import in_one_table, row_of_lists
from services.core.stats.benjamini_hochberg import benjamini_hochberg
from services.core.stats.mantel_haenszel import RiskDifference

MOST_PLACES = 5_000


class PainPointsQuestion(Divisible, Paging):
    """Which pain points."""

    detector: str = Field("", max_length=200, description="Of this detector only.", examples=["rage_click"])
    at_stage: str = Field("", max_length=200, description="In this stage only.", examples=["checkout"])


class Place(BaseModel):
    """What was found, and where."""

    detector: str = Field(examples=["rage_click"])
    stage: str = Field(examples=["checkout"])
    step: str = Field(examples=["payment"])
    page: str = Field(examples=["/checkout/payment"])
    element: str = Field(examples=["#coupon"])
    affected: int = Field(description="Sessions with such a finding.", examples=[412])
    exposed: int = Field(description="Sessions that came to this stage and step.", examples=[3120])
    share: Share = Field(description="Affected among exposed.")
    examples: list[str] = Field(description="Ids of up to three affected sessions.")


class PainPoint(Place):
    """Findings of one detector at one place, weighed together."""

    rank: int = Field(description="1 costs most: by the lower end of lost conversions, then by affected sessions.")
    findings: int
    severity: int = Field(description="The gravest of its findings: 1 slight, 2 clear, 3 grave.")
    median_seconds: float = Field(description="What it cost an affected session, in seconds, median; 0 where unknown.")
    last_at: datetime = Field(description="Time of its latest finding.")
    naive: float | None = Field(
        description="Share going on to a later stage, unaffected less affected, as if all sessions were alike."
    )
    adjusted: Estimate | None = Field(
        description="The same between sessions alike in job, device, new or returning, and stage reached before "
        "(Mantel-Haenszel, Sato's 95 % interval). Null where insufficient."
    )
    insufficient: bool = Field(description=f"Fewer than {FEWEST} sessions a side can be compared.")
    p: float | None = Field(description="Two-sided, for no difference.")
    stands: bool = Field(description="Costs conversions, also after Benjamini-Hochberg at q = 0.05 over all tested.")
    lost_conversions: Estimate | None = Field(description="Affected sessions times the adjusted difference.")
    lost_value: Estimate | None = Field(
        description="Lost conversions, stratum by stratum, times the median value of those exposed who went on in the "
        "stratum (of all strata together where none of its own was worth anything), in `currency`."
    )
    currency: str = Field(examples=["EUR"])
    state: Literal["open"] | State = Field(
        "open", description="open, or what became of the last fix that was annotated for it: see /pain-points/fixes."
    )
    fixed_at: datetime | None = Field(None, description="When that fix was made.")


class DropOff(Place):
    """Sessions that ended in a stage, whose person did not finish later either: `affected` is what was abandoned."""

    continued_later: int = Field(
        description="Not among the affected: within the journey's window the person came back to this stage, or to a "
        "later one, and finished.",
        examples=[31],
    )
    done_elsewhere: int = Field(
        description="Not among the affected: the person finished without passing this stage again.", examples=[4]
    )
    value: float = Field(description="What they left behind, summed, in `currency`.")
    currency: str


class PainPointsAnswer(PagedAnswer, DividedAnswer):
    """What hurts, worst first."""

    journey_version: str
    pain_points: list[PainPoint]
    intended: list[PainPoint] = Field(description="Friction that serves the customer: shown, never ranked among pain.")
    drop_offs: list[DropOff] = Field(description="Abandonments: the effect, not a cause.")
    tested: int = Field(description="Pain points with enough sessions to compare.")
    previous: "PainPointsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, PainPointsAnswer]" = BY_VALUE

    row: ClassVar[type[BaseModel]] = row_of_lists(
        "PlaceThatHurts", pain_points=PainPoint, intended=PainPoint, drop_offs=DropOff
    )
    lists = ("pain_points", "intended", "drop_offs")

    def rows(self) -> Sequence[BaseModel]:
        return in_one_table(self.row, pain_points=self.pain_points, intended=self.intended, drop_offs=self.drop_offs)


P = TypeVar("P", bound=Place)


@dataclass(frozen=True)
class Weighed:
    """A row of findings at one place beside the sessions that came to that place."""

    row: dict[str, Any]
    exposed: dict[str, Any]
    naive: float | None
    adjusted: RiskDifference | None

    @classmethod
    def of(cls, row: dict[str, Any], exposed: dict[str, Any]) -> "Weighed":
        affected = Group(row["counts"], row["converted"])
        twins = Group(row["twins"], row["twins_converted"])
        unaffected = Group(exposed["counts"], exposed["converted"]).less(twins)
        return cls(row, exposed, naive_difference(affected, unaffected), adjusted_difference(affected, unaffected))

    @property
    def order(self) -> tuple[bool, float, int]:
        """Sorts what costs most to the front; what cannot be compared comes last."""
        lost = self.adjusted.low * self.row["sessions"] if self.adjusted else 0.0
        return (self.adjusted is None, -lost, -self.row["sessions"])

    @property
    def at_stake(self) -> float:
        """The affected, each with the median value of those in the stratum who went on; NaN where nobody's is known."""
        worth: float = self.exposed["worth"]
        of_stratum: dict[str, float] = self.exposed["worth_by_stratum"]
        counts: dict[str, int] = self.row["counts"]
        return sum(count * of_stratum.get(stratum, worth) for stratum, count in counts.items())


def ask_pain_points(asked: Asked, question: PainPointsQuestion) -> PainPointsAnswer:
    """What hurts customers where, what it costs, worst first."""
    rows = asked.rows("pain_points", limit=MOST_PLACES)
    came = {(row["stage"], row["step"]): row for row in rows if row["kind"] == "exposed"}
    stuck = [row for row in rows if row["kind"] == "stuck"]
    weighed = [Weighed.of(row, came[row["stage"], row["step"]]) for row in stuck if row["detector"] not in DROP_OFFS]
    pain = pain_points([one for one in weighed if not one.row["intended"]])
    intended = pain_points([one for one in weighed if one.row["intended"]])
    drop_offs = [drop_off(row, came[row["stage"], row["step"]]) for row in stuck if row["detector"] in DROP_OFFS]
    return PainPointsAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        pain_points=with_fixes(chosen(pain, question), LastFixes(asked)),
        intended=chosen(intended, question),
        drop_offs=chosen(drop_offs, question),
        tested=sum(point.p is not None for point in pain),
    )


def with_fixes(points: list[PainPoint], fixes: LastFixes) -> list[PainPoint]:
    """The pain points, each with what became of the last fix of it."""
    for point in points:
        fix = fixes.of((point.detector, point.stage, point.step, point.page, point.element))
        if fix is not None:
            point.state, point.fixed_at = fix.state, fix.annotation.at
    return points


def pain_points(weighed: list[Weighed]) -> list[PainPoint]:
    """Ranked, and marked where they stand against all that was tested beside them."""
    tested = [one.adjusted.p for one in weighed if one.adjusted]
    stand = iter(benjamini_hochberg(tested))
    marked = [(one, next(stand) if one.adjusted else False) for one in weighed]
    marked.sort(key=lambda pair: pair[0].order)
    return [pain_point(one, rank, stands) for rank, (one, stands) in enumerate(marked, 1)]


def pain_point(one: Weighed, rank: int, stands: bool) -> PainPoint:
    """A pain point with what it costs."""
    difference, affected, at_stake = one.adjusted, one.row["sessions"], one.at_stake
    return PainPoint(
        **place(one.row, one.exposed),
        rank=rank,
        findings=one.row["findings"],
        severity=one.row["severity"],
        median_seconds=one.row["median_seconds"],
        last_at=one.row["last_at"],
        naive=one.naive,
        adjusted=Estimate.of(difference) if difference else None,
        insufficient=difference is None,
        p=difference.p if difference else None,
        stands=stands and difference is not None and difference.difference > 0,
        lost_conversions=Estimate.of(difference, affected) if difference else None,
        lost_value=Estimate.of(difference, at_stake) if difference and isfinite(at_stake) else None,
        currency=currency(one.exposed),
    )


def drop_off(row: dict[str, Any], exposed: dict[str, Any]) -> DropOff:
    """A drop-off with what was left behind."""
    later = {"continued_later": row["continued_later"], "done_elsewhere": row["done_elsewhere"]}
    return DropOff(**place(row, exposed), **later, value=row["left_value"], currency=currency(row))


def place(row: dict[str, Any], exposed: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Place`."""
    where = {name: row[name] for name in ("detector", "stage", "step", "page", "element", "examples")}
    affected, came = row["sessions"], exposed["sessions"]
    return where | {"affected": affected, "exposed": came, "share": Share.of(affected, came)}


def currency(row: dict[str, Any]) -> str:
    """The currency met most."""
    return next(iter(row["currencies"]), "")


def chosen(places: Iterable[P], question: PainPointsQuestion) -> list[P]:
    """Those asked for. Their ranks and marks stay what they are among all."""
    detector, stage = question.detector, question.at_stage
    fitting = (one for one in places if detector in {"", one.detector} and stage in {"", one.stage})
    return list(fitting)
