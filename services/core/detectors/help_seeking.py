"""Looking for help in the middle of a purchase."""

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import SLIGHT, Finding
from services.core.fold import Fold
from services.core.matcher import Names
from services.core.page import PageClass

MOST_PAGES = 20
"""Pages of one session; who opens more is reading, not stuck."""


class HelpSeeking(Detector):
    """The person is about to pay and has a question that the page does not answer.

    Found where a page of the class `help` or `policy` opens, or a conversation begins, within the stage with the role
    `checkout`; each page once a session. Once is enough: there is no number to weigh.
    Misfires: where terms must be opened before they can be accepted; name the `policy` pages without them.
    """

    asks: Names = Field(
        ("Live Chat Conversation Started",),
        description="Events of a conversation begun; this is Segment's.",
    )

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.asks)

    @property
    def visits(self) -> frozenset[PageClass]:
        return frozenset({"help", "policy"})

    def visit(self, act: Act, fold: Fold) -> Finding | None:
        """See whether the page opened within the purchase."""
        kind = "help" if "help" in fold.page_classes else "policy"
        return self._find(act, fold, act.path or act.name, f"{kind} page opened")

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """See whether the conversation began within the purchase."""
        return self._find(act, fold, act.name, "conversation begun")

    def _find(self, act: Act, fold: Fold, page: str, cause: str) -> Finding | None:
        run = fold.run
        if run is None or run.place.role != "checkout":
            return None
        known: set[str] = fold.memory.setdefault(self.name, set())
        if page in known or len(known) >= MOST_PAGES:
            return None
        known.add(page)
        return self.begin(act, fold, SLIGHT, cause)
