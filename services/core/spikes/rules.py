"""What the journey file says of alerts. All of it has defaults that serve a new installation."""

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from services.core.duration import Duration
from services.core.part import Name, Part
from services.core.spikes.baseline import WEEK
from services.core.spikes.judgement import Demand, Direction

Sensitivity = Literal["low", "usual", "high"]

FALSE_SHARES: dict[Sensitivity, float] = {"low": 0.01, "usual": 0.05, "high": 0.1}
"""q of Benjamini and Hochberg, over all that is tested at one tick."""
MOST_FALSE_A_WEEK: dict[Sensitivity, float] = {"low": 0.05, "usual": 0.25, "high": 0.5}
"""Incidents a week of a project in which nothing is wrong: what `desireline alerts backtest` holds the rule to."""


OF_PAIRS = 0.8
"""What two windows taken as one may use of the false incidents allowed; the rest is for windows by themselves."""


def _span(text: str) -> str:
    begin, _, end = text.partition("-")
    try:
        time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        raise ValueError(f'{text!r} is no span of the day: write "22:00-07:00"') from None
    return text


DaySpan = Annotated[str, AfterValidator(_span)]


class Objective(Part):
    """How often a job should succeed."""

    job: Name = Field(description="The job's name.", examples=["gift"])
    success: float = Field(gt=0, lt=1, description="Share of its sessions that get it done.", examples=[0.6])


class Receiver(Part):
    """Who hears of incidents. Its address is a secret and stands in the environment: DESIRELINE_RECEIVERS."""

    name: Name = Field(description="Its name in DESIRELINE_RECEIVERS.", examples=["checkout_team"])
    kind: Literal["slack", "webhook"] = Field("slack", description="What is at the address.")
    stages: tuple[str, ...] = Field((), description="Hears only of these stages; none named: of all.")
    jobs: tuple[str, ...] = Field((), description="Hears only of these jobs; none named: of all.")
    quiet: DaySpan | None = Field(
        None,
        description="Hears nothing then, in the journey's time zone; what still goes on afterwards is told then.",
        examples=["22:00-07:00"],
    )
    digest: Literal["none", "daily", "weekly"] = Field("none", description="A summary, weekly ones on Mondays.")
    digest_at: int = Field(9, ge=0, le=23, description="The hour of the digest.")

    @model_validator(mode="after")
    def _digest_comes_when_it_is_not_quiet(self) -> "Receiver":
        if self.digest != "none" and self.is_quiet(time(self.digest_at)):
            raise ValueError(f"the digest of {self.name!r} would come in its quiet hours: choose another digest_at")
        return self

    def hears(self, stage: str, job: str) -> bool:
        """Whether an incident is this receiver's. One without a stage or a job concerns everybody."""
        return (not self.stages or not stage or stage in self.stages) and (not self.jobs or not job or job in self.jobs)

    def is_quiet(self, at: time) -> bool:
        """Whether nothing is told at this hour of the day."""
        if self.quiet is None:
            return False
        begin, end = (time.fromisoformat(part) for part in self.quiet.split("-"))
        return begin <= at < end if begin <= end else at >= begin or at < end


class AlertRules(Part):
    """Of what to tell, when, and whom."""

    sensitivity: Sensitivity = Field("usual", description="How easily a rate counts as a spike.")
    least_exposed: int = Field(30, ge=1, description="Fewer sessions in an hour say nothing.")
    least_excess: float = Field(5, ge=0, description="So many more than usual must be affected.")
    friction: tuple[str, ...] | None = Field(None, description="Detectors whose rates are watched; default: all.")
    direction: Direction = Field("up", description="Which change of a friction's rate counts.")
    conversion: bool = Field(True, description="Whether fewer going on from a stage counts.")
    silence: bool = Field(True, description="Whether events that fail to come count.")
    objectives: tuple[Objective, ...] = Field((), description="Jobs whose success is watched.")
    cool_down: Duration = Field(timedelta(hours=6), description="A cell that spikes again within this is no news.")
    repeat: Duration = Field(timedelta(hours=6), description="What goes on is told again after this.")
    receivers: tuple[Receiver, ...] = Field((), description="Who hears; default: each of DESIRELINE_RECEIVERS, of all.")

    @model_validator(mode="after")
    def _receivers_are_told_apart(self) -> "AlertRules":
        names = [one.name for one in self.receivers]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"the receiver {min(doubled)!r} is named twice")
        return self

    def demand(self) -> Demand:
        """What is asked of a spike."""
        return Demand(
            false_share=FALSE_SHARES[self.sensitivity],
            false_pairs=OF_PAIRS * MOST_FALSE_A_WEEK[self.sensitivity] / WEEK,
            least_exposed=self.least_exposed,
            least_excess=self.least_excess,
            direction=self.direction,
        )
