"""Going straight back from a page: it was not what its link promised."""

from datetime import timedelta
from functools import cached_property

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import SLIGHT, Finding
from services.core.fold import Fold


class QuickBack(Detector):
    """The person opens a page, sees at a glance that it does not help, and returns to where they were.

    Default: back within 7 s of arriving, as Microsoft Clarity and Hotjar define it.
    Misfires: on pages that answer at a glance (a phone number, opening hours), and on redirects that are counted as
    pages. An anchor within a page is no other page and never counts.
    """

    within: Duration = Field(timedelta(seconds=7), description="Longest stay that counts.")

    @cached_property
    def within_ms(self) -> int:
        """The same in milliseconds, worked out once."""
        return millis(self.within)

    def turn_back(self, act: Act, fold: Fold) -> Finding | None:
        """See how long the stay was on the page that was left."""
        if not fold.page:
            return None
        before, left, here = fold.trail[-3:]
        stayed = here.occurred_at - left.occurred_at
        if stayed > self.within_ms:
            return None
        run = fold.run
        return Finding(
            detector=self.name,
            cause_id=left.id,
            stage=run.place.stage if run else "",
            step=run.place.step if run else "",
            page=left.path,
            occurred_at=left.occurred_at,
            severity=SLIGHT,
            cost_seconds=stayed / 1000,
            cost_steps=2,
            evidence=(before.id, left.id, here.id),
        )
