"""What is friction only for those who then leave or go back, and none for those who go on."""

import msgspec

from services.core.act import Act
from services.core.event import Millis
from services.core.finding import Finding
from services.core.fold import Fold
from services.core.plan import Place


class Doubt(msgspec.Struct, gc=False):
    """Something a visitor met at a place, of which only what they do next tells whether it stopped them."""

    finding: Finding
    place: Place
    is_confirmed: bool = False

    def settle(self, act: Act, fold: Fold) -> tuple["Doubt | None", Finding | None]:
        """What is left of the doubt, and what is to be said, now that the visitor has entered another place.

        Going on to a further step dispels it, going back to an earlier stage confirms it. Reaching a further stage
        takes back also what was confirmed: it did not stop them.
        """
        place = fold.runs[-1].place
        if place.stage_number > self.place.stage_number:
            if self.is_confirmed:
                fold.withdraw(self.finding.detector, self.finding.cause_id)
            return None, None
        if self.is_confirmed:
            return self, None
        if place.stage_number < self.place.stage_number:
            self.is_confirmed = True
            return self, self._shown_by(act)
        return (None if place.order > self.place.order else self), None

    def leave(self, fold: Fold) -> Finding | None:
        """What is to be said now that the session is over."""
        return None if self.is_confirmed or fold.last is None else self._shown_by(fold.last)

    def _shown_by(self, act: Act) -> Finding:
        evidence = tuple(dict.fromkeys((*self.finding.evidence, act.id)))
        return msgspec.structs.replace(self.finding, evidence=evidence, cost_seconds=self._since(act.occurred_at))

    def _since(self, at: Millis) -> float:
        return (at - self.finding.occurred_at) / 1000
