"""What every question may be asked with, what every answer says of itself, and what stands between the two.

How to add a question: docs/answers.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.api.condition import OPERATORS, checked_condition
from services.api.period import Moment, Period
from services.api.questions.freshness import Freshness
from services.api.scope import Scope, apart_by, of_a_job
from services.api.sql import sql
from services.api.standing import longest_days, standing
from services.core.journey import Journey
from services.edges.clickhouse import Store

Row = dict[str, Any]
Part = Literal[
    "job", "stage", "journey_version",
    "device", "browser", "os", "country", "referrer_class", "source", "medium", "campaign", "click_id",
]  # fmt: skip
"""What sessions can be told apart by, of what they keep of themselves."""
Apart = Part | Literal["segment"]
"""Also by what their visitor was last said to be of."""
Breakdown = Apart | Literal["visitors"]
"""What answers can be broken down by: all that sessions are filtered by."""
MOST_VALUES = 10


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone; write one such as Europe/Berlin or UTC")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Where = Annotated[str, AfterValidator(checked_condition)]


def _of_session(description: str, example: str) -> Any:
    return Field("", max_length=200, description=description, examples=[example])


class Question(BaseModel):
    """What every question may be asked with. A name it does not know is a mistake, not silence."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(
        None,
        alias="from",
        description="Start, RFC 3339 with an offset, included. Default: 14 days before `to`.",
        examples=["2026-11-01T00:00:00Z"],
    )
    until: Moment | None = Field(
        None,
        alias="to",
        description="End, RFC 3339 with an offset, not included. Default: just after the newest event.",
        examples=["2026-11-15T00:00:00Z"],
    )
    tz: Zone = Field(
        "UTC", description="IANA time zone in which days, weeks and hours are meant.", examples=["Europe/Berlin"]
    )
    job: str = Field("", max_length=200, description="Only sessions with this job.", examples=["gift"])
    stage: str = Field(
        "", max_length=200, description="Only sessions whose furthest stage is this.", examples=["checkout"]
    )
    journey_version: str = Field(
        "",
        max_length=200,
        description="Only sessions that were labelled by this version of the journey, and its stages.",
        examples=["9d0c3f1a2b4e"],
    )
    device: str = _of_session("Only sessions by this kind of device: desktop, mobile, tablet, tv, other.", "mobile")
    browser: str = _of_session("Only sessions by this browser.", "Firefox")
    os: str = _of_session("Only sessions on this operating system.", "Android")
    country: str = _of_session("Only sessions from this country, ISO 3166, two letters.", "NO")
    referrer_class: str = _of_session(
        "Only sessions that came by way of: direct, internal, search, social, email, paid, referral.", "search"
    )
    source: str = _of_session("Only sessions that came from this source of a campaign (utm_source).", "newsletter")
    medium: str = _of_session("Only sessions that came by this medium of a campaign (utm_medium).", "cpc")
    campaign: str = _of_session("Only sessions that came by this campaign (utm_campaign).", "spring")
    click_id: str = _of_session("Only sessions that came by an advertisement with this kind of click id.", "gclid")
    segment: str = Field(
        "", max_length=200, description="Only sessions in which the visitor was said to be of it.", examples=["gold"]
    )
    visitors: Literal["", "new", "returning"] = Field(
        "", description="Only sessions that are the first there is of their visitor, or only later ones."
    )
    where: list[Where] = Field(
        [],
        max_length=8,
        description="Only sessions in which some event fits: `field:operator:value`, where the field is name, type, "
        "path, url, referrer, title, props.NAME or context.NAME (a dot goes deeper, a backslash keeps one), and the "
        f"operator one of {', '.join(OPERATORS)}. Of several, each must be fitted by some event.",
        examples=[["props.plan:eq:pro"]],
    )
    compare: Literal["previous"] | None = Field(
        None, description="The same answer also for the period of the same length just before, as `previous`."
    )
    format: Literal["json", "csv", "parquet"] | None = Field(
        None, description="Default: what the header Accept asks for, else JSON. CSV and Parquet hold the rows alone."
    )

    @property
    def part(self) -> str:
        """The column that sessions are told apart by, '' for none: the `part` of fragments/scoped.sql."""
        return ""


class Divisible(Question):
    """A question whose answer can also be given for each value of something."""

    breakdown: Breakdown | None = Field(
        None,
        description=f"The same answer also for each of the {MOST_VALUES} most frequent values of this, as `by_value`; "
        "sessions without any are in none, and those in which a visitor was said to be of several segments in each.",
        examples=["device"],
    )


PREVIOUS: Any = Field(None, description="The answer for the period before; null unless asked to compare.")


BY_VALUE: Any = Field({}, description="By value, the most frequent first; empty unless asked with `breakdown`.")


class Answer(BaseModel):
    """What every answer says of itself."""

    project: str = Field(description="Whose sessions these are; the demo's says that they are simulated.")
    period: Period
    fresh_until: datetime | None = Field(
        description="Time of the newest event that counts here; null where there is none.",
        examples=["2026-11-14T21:07:30.120Z"],
    )
    written_at: datetime | None = Field(description="When a worker last stored anything.")
    previous: "Answer | None" = PREVIOUS
    """Each answer declares it as one of its own kind, since FastAPI does not know `Self`."""

    row: ClassVar[type[BaseModel]]
    """What a row of this answer's table is: CSV and Parquet have a column for each of its fields."""

    def rows(self) -> Sequence[BaseModel]:
        """The rows of this answer's table."""
        raise NotImplementedError


class DividedAnswer(Answer):
    """An answer that can be broken down."""

    by_value: Mapping[str, Answer] = BY_VALUE
    """As `previous`, each answer declares it as one of its own kind."""
    values_left_out: int = Field(
        0,
        description=f"How many values of the breakdown there are beyond the {MOST_VALUES} most frequent ones; "
        "counted up to about 1,000.",
    )


@dataclass(frozen=True)
class Asked:
    """The settled particulars of a question: whose data, of when, which sessions, how fresh."""

    store: Store
    journey: Journey
    project: str
    period: Period
    freshness: Freshness
    scope: Scope = field(default_factory=Scope)
    tz: str = "UTC"

    @property
    def parameters(self) -> dict[str, object]:
        """For any SQL file: whose, when, which sessions (fragments/scoped.sql), which findings (standing.sql)."""
        days = longest_days(self.journey)
        return {
            "project": self.project,
            "tz": self.tz,
            "longest_days": days,
            **self.period.parameters,
            **standing(self.journey, self.period, days),
            **self.scope.parameters,
        }

    def rows(
        self,
        question: str,
        instead: Mapping[str, str] | None = None,
        words: Mapping[str, str] | None = None,
        /,
        **parameters: object,
    ) -> list[Row]:
        """Run `questions/<question>.sql`, with other fragments `instead` of those it includes, and more parameters."""
        scoped = {"filters": self.scope.filters, "part": self.scope.part}
        fragments = {**self.scope.fragments, **(instead or {})}
        return self._told_of(sql(question, {**scoped, **(words or {})}, **fragments), self.parameters | parameters)

    def _told_of(self, statement: str, parameters: dict[str, object]) -> list[Row]:
        return self.store.query(statement, parameters)

    def of(self, period: Period) -> "Asked":
        """The same of another period."""
        return replace(self, period=period)

    def told_apart_by(self, part: str) -> "Asked":
        """The same with sessions told apart by another of their columns, or by none."""
        return replace(self, scope=apart_by(self.scope, part))

    def of_a_job(self) -> "Asked":
        """The same, of those sessions only whose job is known."""
        return replace(self, scope=of_a_job(self.scope))

    def about(self) -> dict[str, Any]:
        """The fields of `Answer`."""
        fresh = self.freshness
        return {
            "project": self.project,
            "period": self.period,
            "fresh_until": fresh.fresh_until,
            "written_at": fresh.written_at,
        }


@dataclass(frozen=True)
class AskedOfPart(Asked):
    """One value of what sessions are told apart by: its rows are taken from those of all values, asked for once."""

    value: str = ""
    told: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    """Rows by what was asked, and of what, shared by all values."""
    elsewhen: Asked | None = None
    """What is asked of other periods, where only of this one all values can be asked at once."""

    def of(self, period: Period) -> Asked:
        return self.elsewhen.of(period) if self.elsewhen else super().of(period)

    def _told_of(self, statement: str, parameters: dict[str, object]) -> list[Row]:
        """Rows without a `part` are of all values."""
        key = statement, repr(parameters)
        if key not in self.told:
            self.told[key] = super()._told_of(statement, parameters)
        return [row | {"part": ""} for row in self.told[key] if row.get("part", self.value) == self.value]
