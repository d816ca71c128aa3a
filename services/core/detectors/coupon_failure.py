"""A code that is refused."""

from typing import Literal

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, SLIGHT, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.plan import Place

MOST_EVIDENCE = 100

Next = Literal["another was accepted", "went on without", "went back", "left"]


class _Refusals(msgspec.Struct, gc=False):
    finding: Finding
    place: Place | None
    count: int = 0
    reason: str = ""


class CouponFailure(Detector):
    """The person was promised a discount and does not get it.

    Found for every code that is refused; those in a row are one finding, which says what came next: another code was
    accepted, the visitor went on without, went back, or left. One refusal is enough: there is no number to weigh.
    Misfires: where people try codes they were never promised.
    """

    denied: Names = Field(
        ("Coupon Denied", "coupon_denied", "Promo Code Denied", "promo_code_denied"),
        description="Events of a code refused; GA4 names none.",
    )
    accepted: Names = Field(
        ("Coupon Applied", "coupon_applied", "Promo Code Applied", "promo_code_applied"),
        description="Events of a code accepted.",
    )

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.denied + self.accepted)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"reason"})

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Count the refusal, or say that another code was accepted."""
        refused: _Refusals | None = fold.memory.get(self.name)
        if act.name not in self.denied:
            return self._end(refused, fold, "another was accepted", act) if refused else None
        if refused is None:
            run = fold.run
            begun = self.begin(act, fold, SLIGHT)
            refused = fold.memory[self.name] = _Refusals(begun, run.place if run else None)
        refused.count += 1
        refused.reason = act.text("reason") or refused.reason
        evidence = refused.finding.evidence
        refused.finding = msgspec.structs.replace(
            refused.finding,
            cost_seconds=(act.occurred_at - refused.finding.occurred_at) / 1000,
            cost_steps=refused.count,
            cause=_in_words(refused),
            evidence=evidence if len(evidence) >= MOST_EVIDENCE else tuple(dict.fromkeys((*evidence, act.id))),
        )
        return refused.finding

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Say in which direction the visitor went then."""
        refused: _Refusals | None = fold.memory.get(self.name)
        if refused is None:
            return None
        place, entered = refused.place, fold.runs[-1].place
        if place is not None and entered.stage_number < place.stage_number:
            return self._end(refused, fold, "went back", act)
        if place is None or entered.order > place.order:
            return self._end(refused, fold, "went on without", act)
        return None

    def close(self, fold: Fold) -> Finding | None:
        """Say that the visitor left, where nothing else came next."""
        refused: _Refusals | None = fold.memory.get(self.name)
        return _followed_by("left", refused, None) if refused is not None else None

    def _end(self, refused: _Refusals, fold: Fold, then: Next, act: Act) -> Finding:
        del fold.memory[self.name]
        return _followed_by(then, refused, act)


def _followed_by(then: Next, refused: _Refusals, act: Act | None) -> Finding:
    found = refused.finding
    return msgspec.structs.replace(
        found,
        severity=NOTICEABLE if then in ("went back", "left") else SLIGHT,
        cause=f"{_in_words(refused)}, then {then}",
        evidence=(*found.evidence, act.id) if act is not None else found.evidence,
    )


def _in_words(refused: _Refusals) -> str:
    times = "once" if refused.count == 1 else f"{refused.count} times"
    return f"refused {times} ({refused.reason})" if refused.reason else f"refused {times}"
