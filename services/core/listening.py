"""The detectors of a journey as they are called: each for what it listens to, with the thresholds of the stage at hand.

A detector whose settings are the same in all stages is called directly; only one that has others in some stage is
called through a look at where the visitor is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import Finding
from services.core.journey import Journey
from services.core.page import PageClass
from services.core.plan import Listener

if TYPE_CHECKING:
    from services.core.fold import Fold, Run

Entered = Callable[[Act, "Fold", "Run | None"], Finding | None]
Closed = Callable[["Fold"], Finding | None]

# Each with the detector that must remember something of the session for it to be called, "" where none must.
Entry = tuple[str, Entered]
Closing = tuple[str, Closed]

Stages = Mapping[str, Detector]
"""The stages in which a detector has settings of its own there, and the detector with these."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """A detector that listens to events by their names."""

    see: Listener
    hears: frozenset[str]
    notices: frozenset[str]
    passes_over: frozenset[str]
    reads: frozenset[str]
    waits_as: str


@dataclass(frozen=True, slots=True)
class Visiting:
    """A detector that listens to visits of pages by their classes."""

    visit: Listener
    classes: frozenset[PageClass]
    reads: frozenset[str]


class Listening:
    """Whom to call for what."""

    def __init__(self, journey: Journey) -> None:
        staged = journey.staged_detectors()
        detectors = [(one, staged.get(one.name, {})) for one in journey.detectors()]
        self.hearing = [_hearing(*one) for one in detectors if _overrides(one[0], "see")]
        self.visiting = [_visiting(*one) for one in detectors if _overrides(one[0], "visit")]
        self.entries: tuple[Entry, ...] = tuple(
            (_waits_as(one[0]), _entered(*one)) for one in detectors if _overrides(one[0], "enter")
        )
        self.turns = tuple(_heard(*one, "turn_back") for one in detectors if _overrides(one[0], "turn_back"))
        self.outstays = tuple(_heard(*one, "outstay") for one in detectors if _overrides(one[0], "outstay"))
        # Drop-offs last: they name the friction before them as their likely cause.
        closing = sorted(detectors, key=lambda one: one[0].kind == "drop_off")
        self.told_live = frozenset(one.told_live for one, _ in detectors if one.told_live)
        self.closings: tuple[Closing, ...] = tuple(
            (_waits_as(one[0]), _closed(*one)) for one in closing if _overrides(one[0], "close")
        )


def _overrides(detector: Detector, method: str) -> bool:
    return getattr(type(detector), method) is not getattr(Detector, method)


def _waits_as(detector: Detector) -> str:
    return detector.name if detector.waits else ""


def _hearing(usual: Detector, stages: Stages) -> Hearing:
    every = [usual, *stages.values()]
    hears = frozenset[str]().union(*(one.hears for one in every))
    notices = frozenset[str]().union(*(one.notices for one in every))
    reads = frozenset[str]().union(*(one.reads for one in every))
    passes_over = usual.passes_over.intersection(*(one.passes_over for one in every))
    return Hearing(_seen(usual, stages), hears, notices, passes_over, reads, _waits_as(usual))


def _visiting(usual: Detector, stages: Stages) -> Visiting:
    every = [usual, *stages.values()]
    classes = frozenset[PageClass]().union(*(one.visits for one in every))
    reads = frozenset[str]().union(*(one.reads for one in every))
    return Visiting(_heard(usual, stages, "visit"), classes, reads)


def _seen(usual: Detector, stages: Stages) -> Listener:
    """`see`, which where settings name the events may be for other events in each stage."""
    if not stages:
        return usual.see
    names = {stage: one.hears | one.notices for stage, one in stages.items()}
    usual_names = usual.hears | usual.notices

    def see(act: Act, fold: "Fold") -> Finding | None:
        stage = fold.where[0]
        if act.name not in names.get(stage, usual_names):
            return None
        return stages.get(stage, usual).see(act, fold)

    return see


def _heard(usual: Detector, stages: Stages, method: str) -> Listener:
    call: Listener = getattr(usual, method)
    if not stages:
        return call
    calls: dict[str, Listener] = {stage: getattr(one, method) for stage, one in stages.items()}
    return lambda act, fold: calls.get(fold.where[0], call)(act, fold)


def _entered(usual: Detector, stages: Stages) -> Entered:
    """`enter`, with the settings of the stage entered."""
    if not stages:
        return usual.enter
    return lambda act, fold, left: stages.get(fold.where[0], usual).enter(act, fold, left)


def _closed(usual: Detector, stages: Stages) -> Closed:
    """`close`, with the settings of the stage in which the session ended."""
    if not stages:
        return usual.close
    return lambda fold: stages.get(fold.where[0], usual).close(fold)
