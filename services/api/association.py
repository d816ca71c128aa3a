"""What goes with what: sessions under a circumstance held against all others, many at a time.

None of it says why: whoever comes by a campaign may be another kind of customer. What may have caused it is weighed
like with like in impact.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from services.api.share import Share
from services.core.stats.benjamini_hochberg import benjamini_hochberg
from services.core.stats.odds_ratio import OddsRatio, odds_ratio

FEWEST = 30
"""Sessions a side below which nothing is compared."""


class Ratio(BaseModel):
    """An odds ratio with its 95 % interval."""

    ratio: float = Field(description="Above 1: more often with it.", examples=[1.8])
    low: float = Field(examples=[1.3])
    high: float = Field(examples=[2.4])

    @classmethod
    def of(cls, found: OddsRatio) -> "Ratio":
        return cls(ratio=found.ratio, low=found.low, high=found.high)


class Association(BaseModel):
    """How often something happens under one circumstance, against all other sessions."""

    kind: str = Field(description="What is told: device, country, daytime, finding, …", examples=["device"])
    value: str = Field(examples=["mobile"])
    sessions: int = Field(description="Under it.", examples=[812])
    share: Share = Field(description="Of these, how many it happened in.")
    others: Share = Field(description="Of all other sessions, how many it happened in.")
    odds_ratio: Ratio
    p: float = Field(description="Two-sided, for no difference.")
    stands: bool = Field(description="Also after Benjamini-Hochberg at q = 0.05 over all compared in this answer.")


@dataclass(frozen=True)
class Compared:
    """Sessions under a circumstance and among all of a place, and how many of each it happened in."""

    place: tuple[str, ...]
    kind: str
    value: str
    sessions: int
    happened: int
    all_sessions: int
    all_happened: int

    def against_others(self) -> OddsRatio | None:
        """None where one side has too few."""
        others = self.all_sessions - self.sessions
        if min(self.sessions, others) < FEWEST:
            return None
        return odds_ratio((self.happened, self.sessions), (self.all_happened - self.happened, others))


def associations(compared: Iterable[Compared]) -> dict[tuple[str, ...], list[Association]]:
    """By place, what could be compared, the surest first; what stands is judged over all places together."""
    tried = [(one, found) for one in compared if (found := one.against_others()) is not None]
    stand = benjamini_hochberg([found.p for _, found in tried])
    by_place: dict[tuple[str, ...], list[Association]] = {}
    for (one, found), stands in zip(tried, stand, strict=True):
        by_place.setdefault(one.place, []).append(_association(one, found, stands))
    for found_there in by_place.values():
        found_there.sort(key=lambda one: (not one.stands, one.p, one.kind, one.value))
    return by_place


def _association(one: Compared, found: OddsRatio, stands: bool) -> Association:
    return Association(
        kind=one.kind,
        value=one.value,
        sessions=one.sessions,
        share=Share.of(one.happened, one.sessions),
        others=Share.of(one.all_happened - one.happened, one.all_sessions - one.sessions),
        odds_ratio=Ratio.of(found),
        p=found.p,
        stands=stands,
    )


def first(
    found: Sequence[Association], limit: int, keep: Callable[[Association], bool] = lambda _: True
) -> list[Association]:
    """The first so many that are to be kept."""
    return [one for one in found if keep(one)][:limit]
