"""A script of the page failed."""

from services.core.act import Act
from services.core.finding import SLIGHT, Finding
from services.core.fold import Fold
from services.core.page_error import ERROR_PROPS, ERRORS, ErrorDetector, kind
from services.core.recurrence import recurrence


class ScriptError(ErrorDetector):
    """Something on the page stopped working; the person may see a button without a function, or half a page.

    Default: every uncaught error of the site's own scripts. One message, whatever its numbers, at one place is one
    finding in a session, however often it comes. Not what was `handled`, and not a third party's, unless its host is
    named: people see the shop, not the advertisement that failed. Nor what browsers report of foreign scripts without
    naming them ("Script error."), and of layouts ("ResizeObserver loop").
    Misfires: on errors without consequence, of which every site has some: their pain point shows no lost conversions.
    """

    @property
    def hears(self) -> frozenset[str]:
        return ERRORS

    @property
    def reads(self) -> frozenset[str]:
        return ERROR_PROPS

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Count an error to its message and place."""
        if not self.matters(act):
            return None
        return recurrence(fold, self.name).add(self.begin(act, fold, SLIGHT, act.text("source"), kind(act)))
