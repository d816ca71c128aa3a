"""The span of time a question is about: half-open, by default the last 14 days there is data of."""

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

    def before(self) -> "Period":
        """The period of the same length just before."""
        since = self.since - (self.until - self.since)
        if since < EARLIEST:
            raise Refusal(422, "There is no period before this one to compare with.", pointer="/query/compare")
        return Period(since=since, until=self.since)


def settle(since: datetime | None, until: datetime | None, freshness: Freshness, now: datetime) -> Period:
    """The period that is meant; `now` stands in where there is no data."""
    until = until or (freshness.fresh_until or now) + MILLISECOND
    since = since or max(until - DEFAULT_LENGTH, EARLIEST)
    if since >= until:
        raise Refusal(
            422, f"`from` ({since.isoformat()}) must be before `to` ({until.isoformat()}).", pointer="/query/from"
        )
    return Period(since=since.astimezone(UTC), until=until.astimezone(UTC))
