"""A page that says that something is missing or broken."""

from services.core.act import PAGE_VIEWS, Act
from services.core.detector import Detector
from services.core.finding import GRAVE, NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.page import PageClass
from services.core.recurrence import recurrence


class ErrorPage(Detector):
    """The person followed a link and stands before a closed door: "not found", or "something went wrong".

    Default: a page view, or an `error_page`, with status 404 or 5xx; and a page that the journey file's `pages.error`
    knows by its path or event. There is no number to choose.
    Misfires: on addresses that people mistype, and that robots guess.
    """

    @property
    def hears(self) -> frozenset[str]:
        return PAGE_VIEWS | {"error_page"}

    @property
    def passes_over(self) -> frozenset[str]:
        return PAGE_VIEWS

    @property
    def visits(self) -> frozenset[PageClass]:
        return frozenset({"error"})

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"status"})

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Look at the status the page came with."""
        status = act.number("status")
        is_broken = status == 404 or status >= 500 or (not status and act.name not in PAGE_VIEWS)
        return self.visit(act, fold) if is_broken else None

    def visit(self, act: Act, fold: Fold) -> Finding | None:
        """Count it to its page; the cause is where the link may be that led there."""
        status, trail = int(act.number("status")), fold.trail
        cause = f"came from {trail[-2].path}" if len(trail) > 1 else ""
        severity = GRAVE if status >= 500 else NOTICEABLE
        return recurrence(fold, self.name).add(self.begin(act, fold, severity, cause))
