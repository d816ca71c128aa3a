"""Shaking the mouse at a page that does not go on."""

from datetime import timedelta
from functools import cached_property

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import SLIGHT, Finding
from services.core.fold import Fold
from services.core.recurrence import recurrence


class ThrashedCursor(Detector):
    """The person waits or does not understand, and shakes the mouse to and fro.

    Default: at least 20 changes of direction on one axis within 2 s, as Amplitude defines it. Raw movements are
    never sent: the page counts, and tells of a shaking once (`cursor`). A summary of a longer time says nothing,
    since its changes may have been few at any moment.
    Misfires: on games, maps and drawing tools, and with people whose hands tremble.
    """

    changes: int = Field(20, ge=2, description="Fewest changes of direction on one axis.")
    within: Duration = Field(timedelta(seconds=2), description="Longest time for them.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset({"cursor"})

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"changes", "within_ms", "target"})

    @cached_property
    def within_ms(self) -> int:
        """The same in milliseconds, worked out once."""
        return millis(self.within)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Hold the page's count against the measure."""
        took = act.number("within_ms")
        if act.number("changes") < self.changes or not 0 < took <= self.within_ms:
            return None
        found = self.begin(act, fold, SLIGHT, element=act.text("target"))
        return recurrence(fold, self.name).add(msgspec.structs.replace(found, cost_seconds=took / 1000))
