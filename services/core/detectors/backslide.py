"""Going back from a later stage to an earlier one."""

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.page import PageClass
from services.core.plan import Place
from services.core.quote import COST_PROPS, COSTS, Quote

MOST_EVIDENCE = 100


class _Before(msgspec.Struct, gc=False):
    """What happened in the present stage that may be why it is left, and what was said of each stage left so."""

    quote: Quote
    trigger: str = ""
    trigger_id: str = ""
    said: dict[int, Finding] = {}


class Backslide(Detector):
    """The person had come further, and something made them turn round.

    Found at every move to an earlier stage, with the latest of these that came before it in the stage left: grown
    costs, an account page, a policy page. One finding for each stage that was left so. Other products show such moves
    as paths at most, so there is no number to take over. Not counted: from the basket back to browsing, which is how
    people shop, and from the journey's last stage or one with the role `done`, where all is over.
    Misfires: where a page of an earlier stage opens by itself within a later one (a list of products below the form).
    """

    costs: Names = Field(COSTS, description="Events that tell what the order costs.")
    share: float = Field(0.05, gt=0, description="Growth of a total that may be why, as a share of the first one told.")

    @property
    def visits(self) -> frozenset[PageClass]:
        return frozenset({"account", "policy"})

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.costs)

    @property
    def reads(self) -> frozenset[str]:
        return COST_PROPS

    def visit(self, act: Act, fold: Fold) -> Finding | None:
        """Remember the page."""
        what = "account" if "account" in fold.page_classes else "policy"
        self._remember(act, fold, f"{what} page {act.path}".rstrip())
        return None

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Remember that the costs grew."""
        run = fold.run
        if run is not None and run.place.role == "checkout":
            words = self._before(fold).quote.growth(act, self.share)
            if words:
                self._remember(act, fold, words)
        return None

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """See in which direction the stage was left."""
        place = fold.runs[-1].place
        if left is None or place.stage_number == left.place.stage_number:
            return None
        is_back = place.stage_number < left.place.stage_number and not _is_usual(left.place, place, fold)
        found = self._find(act, fold, left) if is_back else None
        before: _Before | None = fold.memory.get(self.name)
        if before is not None:
            before.trigger = before.trigger_id = ""
            before.quote = Quote()
        return found

    def _find(self, act: Act, fold: Fold, left: Run) -> Finding:
        before = self._before(fold)
        place = fold.runs[-1].place
        earlier = before.said.get(left.place.stage_number)
        shown = tuple(one for one in (before.trigger_id, left.event, act.id) if one)
        evidence = tuple(dict.fromkeys((*earlier.evidence, *shown) if earlier else shown))
        found = Finding(
            detector=self.name,
            cause_id=earlier.cause_id if earlier else act.id,
            stage=left.place.stage,
            step=earlier.step if earlier else left.place.step,
            page=earlier.page if earlier else fold.page,
            occurred_at=earlier.occurred_at if earlier else act.occurred_at,
            severity=NOTICEABLE,
            cost_steps=left.place.order - place.order + (earlier.cost_steps if earlier else 0),
            cause=before.trigger or (earlier.cause if earlier else ""),
            evidence=evidence[:MOST_EVIDENCE],
        )
        before.said[left.place.stage_number] = found
        return found

    def _remember(self, act: Act, fold: Fold, trigger: str) -> None:
        before = self._before(fold)
        before.trigger, before.trigger_id = trigger, act.id

    def _before(self, fold: Fold) -> _Before:
        before: _Before | None = fold.memory.get(self.name)
        if before is None:
            before = fold.memory[self.name] = _Before(Quote())
        return before


def _is_usual(left: Place, place: Place, fold: Fold) -> bool:
    if left.role == "done" or left.stage_number == fold.book.last_stage:
        return True
    return left.role == "basket" and place.role == "browse"
