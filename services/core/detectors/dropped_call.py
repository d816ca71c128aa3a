"""An app that was left or crashed in the middle of something."""

from typing import ClassVar, Literal

import msgspec

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import GRAVE, NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.plan import Place
from services.core.tab import HIDING, SHOWING

CRASHED = frozenset({"app_crash", "Application Crashed"})
"""Ours and Segment's."""

LEFT = HIDING - {"tab_hidden"}
"""Of apps only: every visit of a page ends with its tab hidden."""


class Leaving(msgspec.Struct, frozen=True, gc=False):
    """What is to be said if the visitor does not come back, and how far they had come."""

    finding: Finding
    come: tuple[int, int]


class DroppedCall(Detector):
    """The person was about to finish when the phone rang, or the app died, and they did not come back.

    Found when a session closes whose app went to the background or crashed within a step, or within the purchase, and
    nothing shows that it returned: no return told, no page, no stage or step. Not while browsing, and not after the
    job is done. It is a drop-off: everybody who gives up in an app leaves it in the background, so that only its
    growth, or a crash (grave), tells of something to mend.
    Misfires: where crashes are told at the next start and with its time.
    """

    kind: ClassVar[Literal["friction", "drop_off"]] = "drop_off"

    @property
    def notices(self) -> frozenset[str]:
        return CRASHED | LEFT | SHOWING

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Remember that the app went away, or forget it."""
        fold.memory.pop(self.name, None)
        run = fold.run
        if act.name not in SHOWING and run is not None and _is_underway(run.place):
            severity, cause = (GRAVE, "the app crashed") if act.name in CRASHED else (NOTICEABLE, "the app was left")
            fold.memory[self.name] = Leaving(self.begin(act, fold, severity, cause), _come(fold))
        return None

    def close(self, fold: Fold) -> Finding | None:
        """Look whether the visitor came on since."""
        left: Leaving | None = fold.memory.get(self.name)
        if left is None or left.come != _come(fold):
            return None
        return left.finding


def _is_underway(place: Place) -> bool:
    return place.role == "checkout" or (bool(place.step) and place.role not in {"browse", "done"})


def _come(fold: Fold) -> tuple[int, int]:
    """Page views, stages and steps so far: where these grew after the app was left, somebody was there again."""
    return fold.pages, len(fold.runs)
