"""A share with its uncertainty, as every answer gives it."""

from pydantic import BaseModel, Field

from services.core.stats.wilson import wilson


class Share(BaseModel):
    """A share of units with its 95 % Wilson interval, each between 0 and 1."""

    share: float = Field(examples=[0.5586])
    low: float = Field(examples=[0.4658])
    high: float = Field(examples=[0.6474])

    @classmethod
    def of(cls, part: float, whole: float) -> "Share":
        """`part` of `whole`, which is above 0."""
        low, high = wilson(part, whole)
        return cls(share=part / whole, low=low, high=high)
