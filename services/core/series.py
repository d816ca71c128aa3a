"""The same thing happening to a visitor several times in a row: one finding, which counts."""

import msgspec

from services.core.act import Act
from services.core.finding import Finding
from services.core.plan import Place

MOST_EVIDENCE = 100
"""Events named as evidence of one finding; that it goes on after so many is no news."""


class Series(msgspec.Struct, gc=False):
    """A finding that grows; `verb` says what happened each time, `reason` why it last did, where that was told."""

    finding: Finding
    place: Place | None
    verb: str
    reason: str = ""
    count: int = 0

    def add(self, act: Act, reason: str) -> Finding:
        """The finding with one act more."""
        self.count += 1
        self.reason = reason or self.reason
        evidence = self.finding.evidence
        self.finding = msgspec.structs.replace(
            self.finding,
            cost_seconds=self._since_first(act),
            cost_steps=self.count,
            cause=self._in_words(),
            evidence=evidence if act.id in evidence or len(evidence) >= MOST_EVIDENCE else (*evidence, act.id),
        )
        return self.finding

    def end(self, then: str, severity: int, act: Act | None = None) -> Finding:
        """The finding with what came next, and the act that shows it."""
        found = self.finding
        return msgspec.structs.replace(
            found,
            severity=severity,
            cost_seconds=found.cost_seconds if act is None else self._since_first(act),
            cause=f"{found.cause}, {then}",
            evidence=found.evidence if act is None else (*found.evidence, act.id),
        )

    def _since_first(self, act: Act) -> float:
        return (act.occurred_at - self.finding.occurred_at) / 1000

    def _in_words(self) -> str:
        times = "once" if self.count == 1 else f"{self.count} times"
        return f"{self.verb} {times} ({self.reason})" if self.reason else f"{self.verb} {times}"
