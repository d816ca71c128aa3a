"""Friction that comes again at one place in a session: one finding with growing evidence, in bounded memory.

Ten thousand errors of one page must neither make ten thousand findings nor cost more each than the first.
"""

import msgspec

from services.core.finding import Finding
from services.core.fold import Fold
from services.core.series import MOST_EVIDENCE

MOST_PLACES = 100
"""Places of one kind of friction in one session; only a flood or a robot shows more, and then no more are added."""

Spot = tuple[str, str, str, str]
"""Stage, step, page and element."""


class Recurrence(msgspec.Struct, gc=False):
    """Remembers what one detector has found in one session, by where it was."""

    found: dict[Spot, Finding] = {}

    def add(self, finding: Finding) -> Finding | None:
        """What is to be said now: the finding, or the one that it repeats with more evidence; None is no news."""
        spot = _spot(finding)
        before = self.found.get(spot)
        if before is None:
            if len(self.found) >= MOST_PLACES:
                return None
        elif len(before.evidence) >= MOST_EVIDENCE:
            return None
        else:
            finding = _joined(before, finding)
        self.found[spot] = finding
        return finding

    def take_back(self, fold: Fold, finding: Finding, event: str) -> Finding | None:
        """Withdraw an event from a finding's evidence, and the whole finding where nothing else speaks for it."""
        now = self.found.get(_spot(finding))
        if now is None or now.evidence[-1] != event:
            return None
        if len(now.evidence) == 1:
            del self.found[_spot(finding)]
            fold.withdraw(now.detector, now.cause_id)
            return None
        self.found[_spot(finding)] = shorter = msgspec.structs.replace(now, evidence=now.evidence[:-1])
        return shorter


def recurrence(fold: Fold, detector: str) -> Recurrence:
    """What a detector that remembers nothing else has found in this session."""
    memory: Recurrence | None = fold.memory.get(detector)
    if memory is None:
        memory = fold.memory[detector] = Recurrence()
    return memory


def _spot(finding: Finding) -> Spot:
    return finding.stage, finding.step, finding.page, finding.element


def _joined(before: Finding, again: Finding) -> Finding:
    new = tuple(one for one in again.evidence if one not in before.evidence[-2:])
    return msgspec.structs.replace(
        before,
        evidence=(*before.evidence, *new)[:MOST_EVIDENCE],
        severity=max(before.severity, again.severity),
        cost_seconds=before.cost_seconds + again.cost_seconds,
    )
