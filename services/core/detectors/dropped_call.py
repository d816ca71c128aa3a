"""An app that was left or crashed in the middle of something."""

from typing import ClassVar, Literal

import msgspec

from services.core.act import Act
from services.core.app_life import BACKGROUNDED, CRASHED, RETURNED
from services.core.detector import Detector
from services.core.finding import GRAVE, NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.plan import Place


class Leaving(msgspec.Struct, frozen=True):
    """When the app went away, and how far the visitor had come then."""

    act: Act
    place: Place
    page: str
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
    def hears(self) -> frozenset[str]:
        return BACKGROUNDED | CRASHED | RETURNED

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Remember that the app went away, or forget it."""
        fold.memory.pop(self.name, None)
        run = fold.run
        if act.name not in RETURNED and run is not None and _is_underway(run.place):
            fold.memory[self.name] = Leaving(act, run.place, fold.page, _come(fold))
        return None

    def close(self, fold: Fold) -> Finding | None:
        """Look whether the visitor came on since."""
        left: Leaving | None = fold.memory.get(self.name)
        if left is None or left.come != _come(fold):
            return None
        is_crash = left.act.name in CRASHED
        return Finding(
            detector=self.name,
            cause_id=left.act.id,
            stage=left.place.stage,
            step=left.place.step,
            page=left.page,
            occurred_at=left.act.occurred_at,
            severity=GRAVE if is_crash else NOTICEABLE,
            value=fold.value,
            currency=fold.currency or fold.book.currency,
            cause="the app crashed" if is_crash else "the app went to the background",
            evidence=(left.act.id,),
        )


def _is_underway(place: Place) -> bool:
    return place.role == "checkout" or (bool(place.step) and place.role not in {"browse", "done"})


def _come(fold: Fold) -> tuple[int, int]:
    """Page views, stages and steps so far: where these grew after the app was left, somebody was there again."""
    return fold.pages, len(fold.runs)
