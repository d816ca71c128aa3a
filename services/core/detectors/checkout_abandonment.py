"""Leaving in the middle of a purchase."""

from typing import ClassVar, Literal

from services.core.detector import Detector
from services.core.finding import GRAVE, Finding
from services.core.fold import Fold, Run
from services.core.role import Role


class CheckoutAbandonment(Detector):
    """The person meant to buy, began to, and left without.

    Found when a session closes that entered the stage with the role `checkout` and none beyond it, and whose job was
    not done since; live already where nothing happens there for the stage's `patience`, else the step's, and taken
    back by the visitor's next act. About 70 % of baskets end so (Baymard Institute), many of them people who were only
    looking at the price: it is a drop-off, the effect whose causes the other detectors name. `cause` is the gravest
    friction found in that stage, the latest where several are.
    Misfires: where the purchase is finished in another session; an answer leaves those out.
    """

    kind: ClassVar[Literal["friction", "drop_off"]] = "drop_off"
    told_live: ClassVar[Role | None] = "checkout"

    def close(self, fold: Fold) -> Finding | None:
        """Look whether the session ended between entering the purchase and finishing it."""
        return abandonment(self.name, fold, "checkout")


def abandonment(detector: str, fold: Fold, role: Role) -> Finding | None:
    """What is said of a session that came into the stage with a role and never beyond: its last step there, its
    worth, and the likely cause.
    """
    furthest, last = fold.furthest, fold.last
    if furthest is None or last is None or furthest.role != role:
        return None
    entered = next(run for run in fold.runs if run.place.role == role)
    if furthest.stage_number > entered.place.stage_number:
        return None
    if _is_done(fold, entered):
        return None
    stage = entered.place.stage
    left = next(run for run in reversed(fold.runs) if run.place.stage == stage)
    friction = [one for one in fold.all_findings().values() if one.stage == stage]
    worst = max(friction, key=lambda one: (one.severity, one.occurred_at, one.detector), default=None)
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
        cause=f"{worst.detector} at {worst.step or worst.page or worst.stage}" if worst else "",
        evidence=(entered.event, last.id),
    )


def _is_done(fold: Fold, entered: Run) -> bool:
    """Whether they did what they came for since.

    Where nobody knows what that is, a later stage tells whether they finished. Where none follows, it is any outcome of
    any job, and where no job has one, nothing could tell: nobody is said to have left.
    """
    book = fold.book
    if fold.label.job in book.outcomes:
        known = [fold.outcome]
    elif not book.ends_in_purchase:
        known = []
    elif not book.outcomes:
        return book.last_stage == entered.place.stage_number
    else:
        known = list(fold.outcomes.values())
    return any(at >= entered.started_at for at, event in known if event)
