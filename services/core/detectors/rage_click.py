"""Clicking again and again on something that does not answer."""

from datetime import timedelta
from functools import cached_property

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold

REPEATABLE = frozenset({"spinbutton", "slider", "scrollbar", "stepper", "carousel", "next", "previous"})
TEXTUAL = frozenset({"textbox", "searchbox", "combobox", "input", "textarea"})


class RageClick(Detector):
    """The person believes a thing should react, it does not, and they hammer on it.

    Default: at least 4 clicks, each within 1 s and 30 px of the one before, on one target. Amplitude and Mixpanel
    take 4 clicks in 1 s, PostHog 3 in 1 s within 30 px, Datadog 3 in 1 s within 100 px. A plain 3-click rule fires
    in every calm session of real mouse data, so where the page says whether a click was answered (`answered`),
    at least one of them must not have been.
    Misfires: on games and drawing tools, and where a page neither names targets nor says what followed a click.
    """

    clicks: int = Field(4, ge=2, description="Fewest clicks.")
    within: Duration = Field(timedelta(seconds=1), description="Longest pause between two of them.")
    radius_px: float = Field(30, gt=0, description="Furthest that one may be from the one before, in CSS pixels.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset({"click"})

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"target", "role", "x", "y", "answered", "selected", "scrolled"})

    @cached_property
    def within_ms(self) -> int:
        """The longest pause in milliseconds, worked out once."""
        return millis(self.within)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Carry the burst on, or begin another."""
        burst: list[Act] = fold.memory.setdefault(self.name, [])
        if burst and not self._continues(burst[-1], act):
            burst.clear()
        if not _can_be_rage(act):
            burst.clear()
            return None
        burst.append(act)
        if len(burst) < self.clicks or not _is_unanswered(burst):
            return None
        run = fold.run
        return Finding(
            detector=self.name,
            cause_id=burst[0].id,
            stage=run.place.stage if run else "",
            step=run.place.step if run else "",
            page=fold.page,
            element=act.text("target"),
            occurred_at=burst[0].occurred_at,
            severity=NOTICEABLE,
            cost_seconds=(act.occurred_at - burst[0].occurred_at) / 1000,
            evidence=tuple(one.id for one in burst[:100]),
        )

    def _continues(self, last: Act, act: Act) -> bool:
        near = (act.number("x") - last.number("x")) ** 2 + (act.number("y") - last.number("y")) ** 2
        return (
            act.occurred_at - last.occurred_at <= self.within_ms
            and near <= self.radius_px**2
            and act.text("target") == last.text("target")
            and act.path == last.path
        )


def _can_be_rage(act: Act) -> bool:
    """Not where many clicks are the way to use the thing, or select text, or follow a page that moved."""
    props = act.props or {}
    return not (
        props.get("selected") is True
        or props.get("scrolled") is True
        or act.text("role") in REPEATABLE
        or act.text("role") in TEXTUAL
    )


def _is_unanswered(burst: list[Act]) -> bool:
    said = [one.props["answered"] for one in burst if one.props and "answered" in one.props]
    return not said or any(answer is False for answer in said)
