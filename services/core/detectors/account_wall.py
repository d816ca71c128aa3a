"""Having to log in or sign up in the middle of a purchase, and turning away."""

from typing import ClassVar

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.doubt import Doubt
from services.core.finding import GRAVE, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.page import PageClass


class AccountWall(Detector):
    """The person wants to pay, is asked for an account they do not have or want, and gives up.

    Found where a page of the class `account` opens within the stage with the role `checkout`, and the visitor then
    leaves, or goes back to an earlier stage, without a further step between. Baymard Institute's second reason for
    leaving a checkout. Taken back when the purchase is finished in the session after all.
    Misfires: where the log-in page is an offer among others, and the visitor leaves for another reason.
    """

    waits: ClassVar[bool] = True

    passed_by: Names = Field(
        ("Signed In", "Signed Up", "Account Created", "login", "sign_up", "identify"),
        description="Events that show that the visitor got in.",
    )

    @property
    def visits(self) -> frozenset[PageClass]:
        return frozenset({"account"})

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.passed_by)

    def visit(self, act: Act, fold: Fold) -> Finding | None:
        """Remember the first such page of the purchase."""
        run = fold.run
        if run is None or run.place.role != "checkout" or self.name in fold.memory:
            return None
        fold.memory[self.name] = Doubt(self.begin(act, fold, GRAVE), run.place)
        return None

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """They got in."""
        doubt: Doubt | None = fold.memory.get(self.name)
        if doubt is not None and not doubt.is_confirmed:
            del fold.memory[self.name]
        return None

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """See whether they went on or back."""
        doubt: Doubt | None = fold.memory.get(self.name)
        if doubt is None:
            return None
        doubt, finding = doubt.settle(act, fold)
        if doubt is None:
            del fold.memory[self.name]
        return finding

    def close(self, fold: Fold) -> Finding | None:
        """They left."""
        doubt: Doubt | None = fold.memory.get(self.name)
        return doubt.leave(fold) if doubt is not None else None
