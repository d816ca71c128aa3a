"""What a pain point costs: those who met it against those like them who did not.

Never the plain difference alone: people who rage-click may be the more motivated ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.core.stats.mantel_haenszel import RiskDifference, Stratum, risk_difference

FEWEST = 30
"""Sessions a side below which no number is given."""

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Group:
    """Sessions by stratum: how many, and how many of them went on."""

    sessions: Counts
    converted: Counts

    def less(self, others: "Group") -> "Group":
        """These without some of them."""
        return Group(_less(self.sessions, others.sessions), _less(self.converted, others.converted))

    @property
    def rate(self) -> float | None:
        """The share that went on, whatever the stratum."""
        total = sum(self.sessions.values())
        return sum(self.converted.values()) / total if total else None


def _less(all_of: Counts, some: Counts) -> dict[str, int]:
    return {stratum: count - some.get(stratum, 0) for stratum, count in all_of.items()}


def naive_difference(affected: Group, unaffected: Group) -> float | None:
    """The unaffected's rate less the affected's, as if all sessions were alike."""
    return None if affected.rate is None or unaffected.rate is None else unaffected.rate - affected.rate


def adjusted_difference(affected: Group, unaffected: Group) -> RiskDifference | None:
    """The same within strata; None where fewer than 30 sessions a side can be compared."""
    difference = risk_difference(
        Stratum(
            affected=count,
            affected_converted=affected.converted.get(stratum, 0),
            unaffected=unaffected.sessions.get(stratum, 0),
            unaffected_converted=unaffected.converted.get(stratum, 0),
        )
        for stratum, count in affected.sessions.items()
    )
    if difference is None or min(difference.affected, difference.unaffected) < FEWEST:
        return None
    return difference
