"""Staying in a stage or step longer than its patience."""

import msgspec

from services.core.act import Act
from services.core.detector import Detector
from services.core.event import Millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import FAR, Fold, Run
from services.core.plan import Place
from services.core.tab import HIDING, SHOWING, Unseen


class _Stay(msgspec.Struct, gc=False):
    """Time out of sight, since the present step and since the present stage began; whether a step of it was a stall."""

    step: Unseen
    stage: Unseen
    has_stalled: bool = False

    def until(self, act: Act) -> tuple[int, int]:
        return self.step.until(act.occurred_at), self.stage.until(act.occurred_at)


class StageStall(Detector):
    """The person is still there and does not get on: a question unanswered, a field not understood.

    A stage or step counts only where the journey file gives it a `patience`, or where `desireline learn` has seen how
    long people with this job stay: longer than 95 % of those who get on then (those who left count as long as they were
    seen), and so long that it lies far apart from the others (beyond Tukey's outer fence), of ten seconds at least.
    There is no number that fits all.
    Said as soon as an act shows that somebody is still there, or was until then. The time runs from entering to the
    event that leaves, or to the session's last event: what comes after that nobody knows. Time with the tab hidden, or
    the app in the background, does not count. Of a stage only where none of its steps was a stall.
    Misfires: where people walk away from an open tab and come back within the session.
    """

    @property
    def hears(self) -> frozenset[str]:
        return HIDING | SHOWING

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Stop the clock while nobody looks."""
        stay = self._stay(fold)
        stay.step.take(act)
        stay.stage.take(act)
        return None

    def outstay(self, act: Act, fold: Fold) -> Finding | None:
        """They are there for longer than somebody is patient, if they were looking."""
        return self._judge(fold.runs[-1], fold.began or fold.runs[-1], act, fold)

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Look at the step that was left, and at its stage, and set the clock for what was entered."""
        run, began = fold.runs[-1], fold.began
        if left is None or began is None:
            fold.memory.pop(self.name, None)
            fold.due = _due(run, run)
            return None
        found = self._judge(left, began, act, fold) if left.place.is_timed else None
        is_stage_left = run.place.stage_number != left.place.stage_number
        self._start_anew(act, fold, is_stage_left)
        fold.due = _due(run, run if is_stage_left else began)
        return found

    def _judge(self, run: Run, began: Run, act: Act, fold: Fold) -> Finding | None:
        stay: _Stay | None = fold.memory.get(self.name)
        in_step, in_stage = stay.until(act) if stay is not None else (0, 0)
        found = _overlong(run, _step_patience(run.place, fold), act, in_step)
        if found is not None:
            self._stay(fold).has_stalled = True
            return found
        if stay is not None and stay.has_stalled:
            return None
        return _overlong(began, _stage_patience(began.place, fold), act, in_stage, whole_stage=True)

    def _start_anew(self, act: Act, fold: Fold, is_stage_left: bool) -> None:
        """Who enters a place sees it, whether or not anybody said so."""
        stay: _Stay | None = fold.memory.get(self.name)
        if stay is not None:
            seen_less = 0 if is_stage_left else stay.stage.until(act.occurred_at)
            has_stalled = stay.has_stalled and not is_stage_left
            fold.memory[self.name] = _Stay(Unseen(), Unseen(None, seen_less), has_stalled)

    def _stay(self, fold: Fold) -> _Stay:
        stay: _Stay | None = fold.memory.get(self.name)
        if stay is None:
            stay = fold.memory[self.name] = _Stay(Unseen(), Unseen())
        return stay


def _due(run: Run, began: Run) -> Millis:
    """When the first of both is overlong for any job, if all of the time is looked at."""
    step, stage = run.place.least_stay, run.place.least_stage_stay
    if not (step or stage):
        return FAR
    return min(run.started_at + step if step else FAR, began.started_at + stage if stage else FAR)


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
