"""Circumstances in which a job arises, as far as events show them: device, campaign, referrer, time, new or returning.

A circumstance is evidence with a weight like any other, never a filter (ADR 7): what is not told must not
rule a job out. It is met by the first event that shows it.
"""

from datetime import UTC, datetime, tzinfo
from typing import Literal

from pydantic import Field, model_validator

from services.core.act import Act
from services.core.event import Millis
from services.core.matcher import Names, Told
from services.core.part import Part
from services.core.surroundings import CAMPAIGN, DEVICE, PHONES, REFERRER, VISITOR

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Circumstance(Part):
    """Circumstances that hold together; several keys must all hold of one event."""

    device: Names = Field((), description="Kind of device, or a list: mobile, tablet, desktop.", examples=["mobile"])
    campaign: Told | None = Field(
        None,
        description="Name of the campaign that led here (utm_campaign): a text, or a condition.",
        examples=[{"contains": "gift"}],
    )
    referrer: Told | None = Field(
        None,
        description="Host of the page that led here, without www: a text, or a condition.",
        examples=[{"contains": "google"}],
    )
    hours: str | None = Field(
        None,
        pattern=r"^([01]?\d|2[0-4])-([01]?\d|2[0-4])$",
        description="Hours of the day in the journey's time zone, the last not included; they may pass midnight.",
        examples=["18-22", "22-6"],
    )
    weekdays: tuple[Weekday, ...] = Field(
        (), description="Days of the week in the journey's time zone.", examples=[["sat", "sun"]]
    )
    visitor: Literal["new", "returning"] | None = Field(
        None, description="Whether the visitor was here before, where a client tells it."
    )
    weight: float = Field(
        0.7,
        ge=-10,
        le=10,
        description="Natural logarithm of the likelihood ratio; 0.7 doubles the odds.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Circumstance":
        if not self.model_fields_set - {"weight"}:
            raise ValueError("says nothing: give device, campaign, referrer, hours, weekdays or visitor")
        for one in self.device:
            if one.casefold() in PHONES:
                raise ValueError(f"no event is of the device {one!r}: write mobile, as phones are called")
        return self

    @property
    def asks(self) -> frozenset[str]:
        """What of an event's surroundings it looks at."""
        asked = ((DEVICE, self.device), (CAMPAIGN, self.campaign), (REFERRER, self.referrer), (VISITOR, self.visitor))
        return frozenset(name for name, value in asked if value)

    @property
    def asks_time(self) -> bool:
        """Whether it looks at the clock."""
        return bool(self.hours or self.weekdays)

    def holds(self, act: Act, zone: tzinfo) -> bool:
        """Whether an act shows it. What is not told does not hold."""
        return self._is_time(act.occurred_at, zone) and self._is_there(act)

    def _is_there(self, act: Act) -> bool:
        told = act.props or {}
        return (
            (not self.device or told.get(DEVICE) in {one.casefold() for one in self.device})
            and (self.campaign is None or self.campaign.holds(told.get(CAMPAIGN)))
            and (self.referrer is None or self.referrer.holds(told.get(REFERRER)))
            and (self.visitor is None or told.get(VISITOR) == self.visitor)
        )

    def _is_time(self, at: Millis, zone: tzinfo) -> bool:
        if not self.asks_time:
            return True
        local = datetime.fromtimestamp(at // 1000, UTC).astimezone(zone)
        return (not self.weekdays or WEEKDAYS[local.weekday()] in self.weekdays) and self._is_hour(local.hour)

    def _is_hour(self, hour: int) -> bool:
        if self.hours is None:
            return True
        first, last = map(int, self.hours.split("-"))
        return first <= hour < last if first < last else hour >= first or hour < last
