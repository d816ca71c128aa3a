"""Clicking on something that looks as if it would react, and nothing happens."""

from datetime import timedelta
from functools import cached_property
from typing import ClassVar

import msgspec
from pydantic import Field

from services.core import click
from services.core.act import PAGE_VIEWS, Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.recurrence import Recurrence
from services.core.tab import HIDING

EXCUSES = frozenset({"selected", "download", "new_tab", "modifier", "focus_changed", "hidden"})
"""What a page can say of a click that was answered where the page cannot see it, or meant something else."""

ACTIONABLE = frozenset(
    {"a", "button", "checkbox", "link", "menuitem", "option", "radio", "submit", "summary", "switch", "tab", "treeitem"}
)
"""Roles and tags of things to be clicked, for pages that do not say `actionable` themselves."""

_ANSWERS = PAGE_VIEWS | HIDING
"""Events that may show that a click was answered after all."""

AWAY_MS = 1000
"""PostHog's second within which looking elsewhere shows that the click was answered elsewhere."""


class Watch(msgspec.Struct, gc=False):
    """The last click of a session and a client's last verdict on one, the one that counted, and what was found."""

    click: Act | None = None
    verdict: Act | None = None
    counted: Act | None = None
    finding: Finding | None = None
    found: Recurrence = msgspec.field(default_factory=Recurrence)

    def take_back(self, fold: Fold) -> Finding | None:
        """The finding without the click that counted last, which was answered after all."""
        if self.finding is None or self.counted is None:
            return None
        finding, self.finding = self.finding, None
        return self.found.take_back(fold, finding, self.counted.id)


class DeadClick(Detector):
    """The person presses a button, the page stays as it is, and they do not know whether it was heard.

    Only the page can know that nothing followed: that a click was not `answered`, or a whole `dead_click`. It waits
    2.5 s for a change, navigation, request, scroll, focus or selection, as PostHog does (Amplitude 3 s, Sentry 3 to
    7 s). What is seen here may still take it back: a page within those 2.5 s, or the tab or app hidden within 1 s.
    Further clicks on the target, each within 1 s of the one before, are the same attempt (PostHog). Not counted with
    a modifier key, to download, to open a tab, where text was selected, focus changed or the page was hidden, in text
    fields, and on what is not there to be clicked.
    Misfires: on what answers only where a page does not look: by sound, in a canvas, in a frame of another site.
    """

    waits: ClassVar[bool] = True

    within: Duration = Field(timedelta(seconds=2.5), description="A page that comes later is no answer.")
    again: Duration = Field(timedelta(seconds=1), description="A click on the same target within this is no other.")

    @property
    def hears(self) -> frozenset[str]:
        return click.CLICKS | click.DEAD_CLICKS

    @property
    def notices(self) -> frozenset[str]:
        return _ANSWERS

    @property
    def reads(self) -> frozenset[str]:
        return click.TARGET | EXCUSES | {"answered", "actionable"}

    @cached_property
    def within_ms(self) -> int:
        """How long a page is an answer, in milliseconds, worked out once."""
        return millis(self.within)

    @cached_property
    def again_ms(self) -> int:
        """How long a click is the same attempt, in milliseconds, worked out once."""
        return millis(self.again)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Judge a click, or take the last one back."""
        watch: Watch | None = fold.memory.get(self.name)
        if act.name in _ANSWERS:
            if watch is None or watch.counted is None:
                return None
            wait = self.within_ms if act.name in PAGE_VIEWS else AWAY_MS
            is_answer = act.occurred_at - watch.counted.occurred_at <= wait
            return watch.take_back(fold) if is_answer else None
        if not click.is_click(act):
            return None
        if watch is None:
            watch = fold.memory[self.name] = Watch()
        if self._is_again(watch, act) or not _is_unanswered(act):
            return None
        watch.counted = act
        watch.finding = watch.found.add(self.begin(act, fold, NOTICEABLE, element=click.target(act)))
        return watch.finding

    def _is_again(self, watch: Watch, act: Act) -> bool:
        """Whether a click, or a verdict, is of the attempt of the one before; a verdict tells no click of its own."""
        if act.name in click.CLICKS:
            before, watch.click = watch.click, act
        else:
            before, watch.verdict = watch.verdict, act
        return self._repeats(before, act) or self._repeats(watch.counted, act)

    def _repeats(self, before: Act | None, act: Act) -> bool:
        return (
            before is not None
            and act.occurred_at - before.occurred_at <= self.again_ms
            and click.target(act) == click.target(before)
            and act.path == before.path
        )


def _is_unanswered(act: Act) -> bool:
    props = act.props or {}
    if props.get("answered") is not False and act.name not in click.DEAD_CLICKS:
        return False
    role = click.role(act)
    if role in click.TEXTUAL or any(props.get(excuse) is True for excuse in EXCUSES):
        return False
    actionable = props.get("actionable")
    if act.name in click.DEAD_CLICKS:
        return actionable is not False
    return actionable is True or (actionable is None and role in ACTIONABLE)
