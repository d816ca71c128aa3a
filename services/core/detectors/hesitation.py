"""Not knowing what to write into a field."""

from datetime import timedelta
from functools import cached_property

import msgspec
from pydantic import Field

from services.core import form
from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import SLIGHT, Finding
from services.core.fold import Fold
from services.core.tab import HIDING, is_hidden

MOST_FIELDS = 50
"""Fields of one session that are told of; more would be a questionnaire."""


class _Focus(msgspec.Struct, gc=False):
    field: form.Field | None = None
    act: Act | None = None
    said: set[form.Field] = set()


class Hesitation(Detector):
    """The person looks at a field and does not know what it wants, or whether they want to tell it.

    Found where ten seconds or more lie between the focus coming to a field and the first input, once for each field.
    Matomo shows the hesitation of each field; ten seconds are ours: typing begins within two or three. Where
    `desireline learn` has seen that people think longer before a field, the time by which 95 % have begun. Not counted
    when the tab was hidden meanwhile.
    Misfires: where the answer must be fetched (a card, a passport), and where the page itself puts the focus there.
    """

    pause: Duration = Field(timedelta(seconds=10), description="Shortest time from focus to first input.")

    @cached_property
    def pause_ms(self) -> int:
        """The same in milliseconds, worked out once."""
        return millis(self.pause)

    @property
    def hears(self) -> frozenset[str]:
        return HIDING | {form.FORM_FIELD}

    @property
    def reads(self) -> frozenset[str]:
        return form.FIELD_PROPS

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Hold the first input against the focus before it."""
        focus: _Focus | None = fold.memory.get(self.name)
        if focus is None:
            focus = fold.memory[self.name] = _Focus()
        if act.name != form.FORM_FIELD or is_hidden(act):
            focus.field = focus.act = None
            return None
        field = form.field_of(act)
        action = act.text("action")
        if action == "focus":
            if focus.field != field:
                focus.field, focus.act = field, act
            return None
        began, is_this = focus.act, focus.field == field
        focus.field = focus.act = None
        if action != "input" or began is None or not is_this:
            return None
        return self._judge(began, act, fold, focus.said)

    def _judge(self, began: Act, act: Act, fold: Fold, said: set[form.Field]) -> Finding | None:
        waited = act.occurred_at - began.occurred_at
        field = form.field_of(act)
        usual = fold.book.waits.get(" ".join(field), 0) if fold.book.waits else 0
        if waited < max(self.pause_ms, usual) or field in said or len(said) >= MOST_FIELDS:
            return None
        said.add(field)
        return msgspec.structs.replace(
            self.begin(began, fold, SLIGHT, element=" ".join(field)),
            cost_seconds=waited / 1000,
            evidence=(began.id, act.id),
        )
