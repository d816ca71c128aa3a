"""Staying in a stage or step longer than its patience."""

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold, Run


class StageStall(Detector):
    """The person is still there and does not get on: a question unanswered, a field not understood.

    A stage or step counts only where the journey file gives it a `patience`; there is no number that fits all.
    The time runs from entering to the event that leaves, or to the session's last event: what comes after that
    nobody knows.
    Misfires: where people leave the tab open and come back within the session.
    """

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Look at the step that was left, and at its stage where that was left too."""
        if left is None:
            return None
        place, began = left.place, fold.began
        found = _overlong(left, place.patience, act) if place.patience else None
        if found is not None or began is None or fold.runs[-1].place.stage_number == place.stage_number:
            return found
        return _overlong(began, place.stage_patience, act, whole_stage=True) if place.stage_patience else None

    def close(self, fold: Fold) -> Finding | None:
        """Look at the step and the stage in which the session ended."""
        run, began, last = fold.run, fold.began, fold.last
        if run is None or began is None or last is None:
            return None
        step = _overlong(run, run.place.patience, last)
        return step or _overlong(began, began.place.stage_patience, last, whole_stage=True)


def _overlong(run: Run, patience: int, until: Act, whole_stage: bool = False) -> Finding | None:
    stayed = until.occurred_at - run.started_at
    if not patience or stayed <= patience:
        return None
    return Finding(
        detector=StageStall.name,
        cause_id=run.event,
        stage=run.place.stage,
        step="" if whole_stage else run.place.step,
        page="",
        occurred_at=run.started_at + patience,
        severity=NOTICEABLE,
        cost_seconds=(stayed - patience) / 1000,
        evidence=(run.event, until.id),
    )
