"""A number with its uncertainty, as answers give it."""

from pydantic import BaseModel, Field

from services.core.stats.mantel_haenszel import RiskDifference


class Estimate(BaseModel):
    """A number with its 95 % interval."""

    estimate: float = Field(examples=[41.2])
    low: float = Field(examples=[18.9])
    high: float = Field(examples=[63.5])

    @classmethod
    def of(cls, difference: RiskDifference, times: float = 1.0) -> "Estimate":
        return cls(estimate=difference.difference * times, low=difference.low * times, high=difference.high * times)
