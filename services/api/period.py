"""The span of time a question is about: half-open, by default the last 14 days there is data of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from services.api.problem import Refusal
from services.api.questions.freshness import Freshness, to_millis

DEFAULT_LENGTH = timedelta(days=14)
MILLISECOND = timedelta(milliseconds=1)
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
LATEST = datetime(2149, 1, 1, tzinfo=UTC)


def _storable(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"must lie between {EARLIEST.year} and {LATEST.year}, the years a Date column can hold")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_storable)]


class Period(BaseModel):
    """Half-open: an event at `from` counts, one at `to` does not."""

    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from", examples=["2026-11-01T00:00:00Z"])
    until: datetime = Field(alias="to", examples=["2026-11-15T00:00:00Z"])

    @property
    def parameters(self) -> dict[str, int]:
        """For SQL."""
        return {"from_ms": to_millis(self.since), "to_ms": to_millis(self.until)}


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


class Answer(BaseModel):
    """What every answer says of itself."""

    project: str = Field(description="Whose sessions these are; the demo's says that they are simulated.")
    period: Period
    fresh_until: datetime | None = Field(
        description="Time of the newest event that counts here; null where there is none.",
        examples=["2026-11-14T21:07:30.120Z"],
    )
    written_at: datetime | None = Field(description="When a worker last stored anything.")


@dataclass(frozen=True)
class Asked:
    """The settled particulars of a question: whose data, of when, how fresh."""

    project: str
    period: Period
    freshness: Freshness

    @property
    def parameters(self) -> dict[str, str | int]:
        """For SQL."""
        return {"project": self.project, **self.period.parameters}

    def about(self) -> dict[str, str | Period | datetime | None]:
        """The fields of `Answer`."""
        fresh = self.freshness
        return {
            "project": self.project,
            "period": self.period,
            "fresh_until": fresh.fresh_until,
            "written_at": fresh.written_at,
        }


def settle(question: Question, freshness: Freshness, now: datetime) -> Period:
    """The period a question means; `now` stands in where there is no data."""
    until = question.until or (freshness.fresh_until or now) + MILLISECOND
    since = question.since or max(until - DEFAULT_LENGTH, EARLIEST)
    if since >= until:
        raise Refusal(
            422, f"`from` ({since.isoformat()}) must be before `to` ({until.isoformat()}).", pointer="/query/from"
        )
    return Period(since=since.astimezone(UTC), until=until.astimezone(UTC))
