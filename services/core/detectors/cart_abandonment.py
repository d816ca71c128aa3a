"""Leaving with something in the basket, without beginning to pay for it."""

from typing import ClassVar, Literal

from services.core.detector import Detector
from services.core.detectors.checkout_abandonment import abandonment
from services.core.finding import Finding
from services.core.fold import Fold


class CartAbandonment(Detector):
    """The person put something into the basket and left before the purchase began.

    Found when a session closes that entered the stage with the role `basket` and none beyond it. Many people use the
    basket as a list of wishes, so it is a drop-off to look into, not friction in itself.
    Misfires: where people compare prices, or come back later; an answer leaves out those who came back and bought.
    """

    kind: ClassVar[Literal["friction", "drop_off"]] = "drop_off"

    def close(self, fold: Fold) -> Finding | None:
        """Look whether the basket is as far as the session came."""
        return abandonment(self.name, fold, "basket")
