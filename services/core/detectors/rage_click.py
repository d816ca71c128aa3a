"""Clicking again and again on something that does not answer."""

from datetime import timedelta
from functools import cached_property

import msgspec
from pydantic import Field

from services.core import click
from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.series import MOST_EVIDENCE

REPEATABLE = frozenset({"spinbutton", "slider", "scrollbar", "stepper", "carousel", "next", "previous"})

SIGNS = "+ - − – > < → ← › ‹ » « ▶ ◀ ❯ ❮"  # noqa: RUF001 - the very signs that stand on such buttons
WORDS = (
    *("next", "previous", "prev", *SIGNS.split()),
    *(f"{way} {thing}" for way in ("next", "previous") for thing in ("slide", "image", "page", "month")),
)
"""PostHog's list of what one clicks many times in peace; a whole text, since "Next step" is clicked once."""


class Burst(msgspec.Struct, gc=False):
    """Clicks of which each came soon after and near the one before."""

    first: Act
    last: Act
    evidence: list[str]
    clicks: int = 1
    is_judged: bool = False  # the page said of some what followed
    is_unanswered: bool = False  # and of some that nothing did

    def add(self, act: Act) -> None:
        """Note what the page says followed the click."""
        answered = act.props.get("answered") if act.props else None
        self.is_judged |= answered is not None
        self.is_unanswered |= answered is False


class RageClick(Detector):
    """The person believes a thing should react, it does not, and they hammer on it.

    Default: at least 4 clicks, each within 1 s and 30 px of the one before, on one target. Amplitude and Mixpanel
    take 4 clicks in 1 s, PostHog 3 in 1 s within 30 px (across plus down, as here), Datadog 3 in 1 s within 100 px.
    A plain 3-click rule fires in every calm session of real mouse data (docs/accuracy.md). So where the page says
    whether a click was `answered`, at least one must not have been, and where it names neither that nor a target,
    nothing is said. Not on steppers, carousels, next and previous, in text fields, or where text was selected or the
    page scrolled between.
    Misfires: on games and drawing tools, and on a target that is clicked often where nobody says what followed.
    """

    clicks: int = Field(4, ge=2, description="Fewest clicks.")
    within: Duration = Field(timedelta(seconds=1), description="Longest pause between two of them.")
    radius_px: float = Field(30, gt=0, description="Furthest from the one before, across plus down, in CSS pixels.")
    repeatable: tuple[str, ...] = Field(WORDS, description="Texts of buttons that are there to be clicked many times.")

    @property
    def hears(self) -> frozenset[str]:
        return click.CLICKS

    @property
    def reads(self) -> frozenset[str]:
        return click.TARGET | {"x", "y", "answered", "selected", "scrolled"}

    @cached_property
    def within_ms(self) -> int:
        """The longest pause in milliseconds, worked out once."""
        return millis(self.within)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Carry the burst on, or begin another."""
        if not click.is_click(act):
            return None
        if click.says(act, "selected"):
            fold.memory.pop(self.name, None)
            return None
        burst: Burst | None = fold.memory.get(self.name)
        if burst is None or not self._continues(burst.last, act):
            fold.memory[self.name] = burst = Burst(act, act, [act.id])
        else:
            burst.last = act
            burst.clicks += 1
            if burst.clicks <= MOST_EVIDENCE:
                burst.evidence.append(act.id)
        burst.add(act)
        return self._judge(burst, fold) if burst.clicks >= self.clicks else None

    def _continues(self, last: Act, act: Act) -> bool:
        return (
            act.occurred_at - last.occurred_at <= self.within_ms
            and abs(act.number("x") - last.number("x")) + abs(act.number("y") - last.number("y")) <= self.radius_px
            and click.target(act) == click.target(last)
            and act.path == last.path
            and not click.says(act, "scrolled")
        )

    def _judge(self, burst: Burst, fold: Fold) -> Finding | None:
        is_named = bool(click.target(burst.first))
        if not (burst.is_unanswered if burst.is_judged else is_named) or self._is_meant(burst.first):
            return None
        return msgspec.structs.replace(
            self.begin(burst.first, fold, NOTICEABLE, element=click.target(burst.first)),
            cost_seconds=(burst.last.occurred_at - burst.first.occurred_at) / 1000,
            cost_steps=burst.clicks - 1,
            evidence=tuple(burst.evidence),
        )

    def _is_meant(self, first: Act) -> bool:
        """Whether many clicks are the way to use the thing."""
        role = click.role(first)
        return role in REPEATABLE or role in click.TEXTUAL or click.text(first) in self.repeatable
