"""Costs that show themselves only in the middle of a purchase, and turning away."""

from typing import ClassVar

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.doubt import Doubt
from services.core.finding import GRAVE, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.quote import COST_PROPS, COSTS, Quote


class _Told(msgspec.Struct, gc=False):
    quote: Quote
    doubt: Doubt | None = None


class CostSurprise(Detector):
    """The person has decided to buy, and then it costs more than they were told.

    Found where, within the stage with the role `checkout`, a total grows by 5 % or more over the first one told there,
    or a fee (shipping, tax, …) appears that the first one did not have, and the visitor then leaves, or goes back to an
    earlier stage, without a further step between. Extra costs are Baymard Institute's first reason for leaving a
    checkout; below 5 % it may be rounding. Taken back when the purchase is finished in the session after all.
    Misfires: where something is added to the order within the checkout.
    """

    waits: ClassVar[bool] = True

    costs: Names = Field(COSTS, description="Events that tell what the order costs.")
    share: float = Field(0.05, gt=0, description="Least growth of a total, as a share of the first one told.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.costs)

    @property
    def reads(self) -> frozenset[str]:
        return COST_PROPS

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Hold what the order costs now against what was told first."""
        run = fold.run
        if run is None or run.place.role != "checkout":
            return None
        told: _Told | None = fold.memory.get(self.name)
        if told is None:
            told = fold.memory[self.name] = _Told(Quote())
        words = told.quote.growth(act, self.share)
        if words and told.doubt is None:
            told.doubt = Doubt(self.begin(act, fold, GRAVE, words), run.place)
        return None

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """See whether they went on or back; whoever left the purchase is told its costs anew."""
        told: _Told | None = fold.memory.get(self.name)
        if told is None:
            return None
        finding = None
        if told.doubt is not None:
            told.doubt, finding = told.doubt.settle(act, fold)
        if fold.runs[-1].place.role != "checkout":
            told.quote = Quote()
        return finding

    def close(self, fold: Fold) -> Finding | None:
        """They left."""
        told: _Told | None = fold.memory.get(self.name)
        return told.doubt.leave(fold) if told is not None and told.doubt is not None else None
