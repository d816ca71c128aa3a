"""A click that broke something."""

from datetime import timedelta
from functools import cached_property

import msgspec
from pydantic import Field

from services.core import click
from services.core.act import Act
from services.core.duration import Duration, millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.page_error import ERROR_PROPS, ERRORS, ErrorDetector, kind
from services.core.recurrence import Recurrence


class Pair(msgspec.Struct, gc=False):
    """The last click and the last error of a session, and all that was found of such pairs."""

    click: Act | None = None
    error: Act | None = None
    found: Recurrence = msgspec.field(default_factory=Recurrence)


class ErrorClick(ErrorDetector):
    """The person clicks, and the page breaks under their hand: what they asked for does not come.

    Default: an error on the same page within 2 s after a click, as Amplitude defines it. Which errors count is as
    for script_error: none that was handled, that nobody notices, or of a third party not named.
    Misfires: where an error that comes by itself, every second say, happens to follow a click.
    """

    within: Duration = Field(timedelta(seconds=2), description="Longest time from the click to the error.")

    @property
    def hears(self) -> frozenset[str]:
        return click.CLICKS | ERRORS

    @property
    def reads(self) -> frozenset[str]:
        return click.TARGET | ERROR_PROPS

    @cached_property
    def within_ms(self) -> int:
        """The same in milliseconds, worked out once."""
        return millis(self.within)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Remember a click or an error, and look whether they make a pair."""
        pair: Pair | None = fold.memory.get(self.name)
        if pair is None:
            pair = fold.memory[self.name] = Pair()
        if act.name in click.CLICKS:
            if not click.is_click(act):
                return None
            pair.click = act
        elif self.matters(act):
            pair.error = act
        else:
            return None
        return self._judge(pair, fold)

    def _judge(self, pair: Pair, fold: Fold) -> Finding | None:
        clicked, error = pair.click, pair.error
        if clicked is None or error is None or clicked.path != error.path:
            return None
        # An error of the click's own millisecond may stand before it, since ties are broken by id.
        if not 0 <= error.occurred_at - clicked.occurred_at <= self.within_ms:
            return None
        found = self.begin(clicked, fold, NOTICEABLE, kind(error), click.target(clicked))
        return pair.found.add(msgspec.structs.replace(found, evidence=(clicked.id, error.id)))
