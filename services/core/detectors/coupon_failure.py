"""A code that is refused."""

from typing import ClassVar

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, SLIGHT, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.series import Series


class CouponFailure(Detector):
    """The person was promised a discount and does not get it.

    Found for every code that is refused; those in a row are one finding, which says what came next: another code was
    accepted, the visitor went on without, went back, or left. One refusal is enough: there is no number to weigh.
    Misfires: where people try codes they were never promised.
    """

    waits: ClassVar[bool] = True

    denied: Names = Field(
        ("Coupon Denied", "coupon_denied", "Promo Code Denied", "promo_code_denied"),
        description="Events of a code refused; GA4 names none.",
    )
    accepted: Names = Field(
        ("Coupon Applied", "coupon_applied", "Promo Code Applied", "promo_code_applied"),
        description="Events of a code accepted.",
    )

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.denied + self.accepted)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"reason"})

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Count the refusal, or say that another code was accepted."""
        series: Series | None = fold.memory.get(self.name)
        if act.name in self.denied:
            if series is None:
                run = fold.run
                begun = self.begin(act, fold, SLIGHT)
                series = fold.memory[self.name] = Series(begun, run.place if run else None, "refused")
            return series.add(act, act.text("reason"))
        if series is None:
            return None
        del fold.memory[self.name]
        return series.end("then another was accepted", SLIGHT, act)

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Say in which direction the visitor went then."""
        series: Series | None = fold.memory.get(self.name)
        if series is None:
            return None
        place, entered = series.place, fold.runs[-1].place
        if place is None or entered.order > place.order:
            del fold.memory[self.name]
            return series.end("then went on without", SLIGHT, act)
        if entered.stage_number < place.stage_number:
            del fold.memory[self.name]
            return series.end("then went back", NOTICEABLE, act)
        return None

    def close(self, fold: Fold) -> Finding | None:
        """Say that the visitor left, where nothing else came next."""
        series: Series | None = fold.memory.get(self.name)
        return series.end("then left", NOTICEABLE) if series is not None else None
