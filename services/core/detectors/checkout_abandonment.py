"""Leaving in the middle of a purchase."""

from typing import ClassVar, Literal

from services.core.detector import Detector
from services.core.finding import GRAVE, Finding
from services.core.fold import Fold, Run


class CheckoutAbandonment(Detector):
    """The person meant to buy, began to, and left without.

    Found when a session closes that entered the stage with the role `checkout` and none beyond it. About 70 % of
    baskets end so (Baymard Institute), many of them people who were only looking at the price: it is a drop-off, the
    effect whose causes the other detectors name. `cause` is the latest friction found in that stage.
    Misfires: where the purchase is finished in another session; an answer leaves those out.
    """

    kind: ClassVar[Literal["friction", "drop_off"]] = "drop_off"

    def close(self, fold: Fold) -> Finding | None:
        """Look whether the session ended between entering the purchase and finishing it."""
        entered = first_run(fold, "checkout")
        if entered is None or fold.furthest is None or fold.furthest.stage_number > entered.place.stage_number:
            return None
        return abandonment(self.name, fold, entered)


def first_run(fold: Fold, role: str) -> Run | None:
    """The run that first entered the stage with a role."""
    return next((run for run in fold.runs if run.place.role == role), None)


def abandonment(detector: str, fold: Fold, entered: Run) -> Finding:
    """What is said of a stage that was entered and not passed: its last step, its worth and the likely cause."""
    stage = entered.place.stage
    left = next(run for run in reversed(fold.runs) if run.place.stage == stage)
    last = fold.last
    assert last is not None, "a session that entered a stage has an act"
    friction = [one for one in fold.findings.values() if one.stage == stage]
    latest = max(friction, key=lambda one: (one.occurred_at, one.detector), default=None)
    return Finding(
        detector=detector,
        cause_id=entered.event,
        stage=stage,
        step=left.place.step,
        page=fold.page,
        occurred_at=last.occurred_at,
        severity=GRAVE,
        value=fold.value,
        currency=fold.currency or fold.book.currency,
        cause=f"{latest.detector} at {latest.step or latest.page or latest.stage}" if latest else "",
        evidence=(entered.event, last.id),
    )
