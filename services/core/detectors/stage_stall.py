"""Staying in a stage or step longer than its patience."""

import msgspec

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.plan import Place
from services.core.tab import HIDING, SHOWING, Unseen


class _Clock(msgspec.Struct, gc=False):
    """Time out of sight, since the present step and since the present stage began."""

    step: Unseen
    stage: Unseen

    def until(self, act: Act) -> tuple[int, int]:
        return self.step.until(act.occurred_at), self.stage.until(act.occurred_at)


class StageStall(Detector):
    """The person is still there and does not get on: a question unanswered, a field not understood.

    A stage or step counts only where the journey file gives it a `patience`, or where `desireline learn` has seen how
    long people with this job stay: longer than 95 % of them then (those who left count as long as they were seen), and
    so long that it lies apart from the others (Tukey's fence).
    There is no number that fits all.
    The time runs from entering to the event that leaves, or to the session's last event: what comes after that
    nobody knows. Time with the tab hidden, or the app in the background, does not count.
    Misfires: where people walk away from an open tab and come back within the session.
    """

    @property
    def hears(self) -> frozenset[str]:
        return HIDING | SHOWING

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Stop the clock while nobody looks."""
        clock: _Clock | None = fold.memory.get(self.name)
        if clock is None:
            clock = fold.memory[self.name] = _Clock(Unseen(), Unseen())
        clock.step.take(act)
        clock.stage.take(act)
        return None

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Look at the step that was left, and at its stage where that was left too."""
        if left is None:
            fold.memory.pop(self.name, None)
            return None
        place, began = left.place, fold.began
        is_stage_left = fold.runs[-1].place.stage_number != place.stage_number
        clock: _Clock | None = fold.memory.get(self.name)
        in_step, in_stage = clock.until(act) if clock is not None else (0, 0)
        if clock is not None:
            # Who enters a place sees it, whether or not anybody said so.
            fold.memory[self.name] = _Clock(Unseen(), Unseen(None, 0 if is_stage_left else in_stage))
        found = _overlong(left, _step_patience(place, fold), act, in_step)
        if found is not None or not is_stage_left or began is None:
            return found
        return _overlong(began, _stage_patience(place, fold), act, in_stage, whole_stage=True)

    def close(self, fold: Fold) -> Finding | None:
        """Look at the step and the stage in which the session ended."""
        run, began, last = fold.run, fold.began, fold.last
        if run is None or began is None or last is None:
            return None
        clock: _Clock | None = fold.memory.get(self.name)
        in_step, in_stage = clock.until(last) if clock is not None else (0, 0)
        step = _overlong(run, _step_patience(run.place, fold), last, in_step)
        return step or _overlong(began, _stage_patience(began.place, fold), last, in_stage, whole_stage=True)


def _step_patience(place: Place, fold: Fold) -> int:
    """As given, else as learned for the job that they have by now."""
    return place.patience or (fold.book.stay(f"{place.stage}.{place.step}", fold.label.job) if place.step else 0)


def _stage_patience(place: Place, fold: Fold) -> int:
    return place.stage_patience or fold.book.stay(place.stage, fold.label.job)


def _overlong(run: Run, patience: int, until: Act, unseen: int, whole_stage: bool = False) -> Finding | None:
    stayed = until.occurred_at - run.started_at - unseen
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
