"""A page that keeps people waiting, or jumps about under their hands."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.duration import Duration, millis
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.recurrence import recurrence
from services.core.tab import is_hidden

METRICS = ("LCP", "INP", "CLS", "load")

PROPS = {
    "LCP": ("lcp_ms", "$web_vitals_LCP_value"),
    "INP": ("inp_ms", "$web_vitals_INP_value"),
    "CLS": ("cls", "$web_vitals_CLS_value"),
    "load": ("load_ms",),
}
"""Where a measurement stands: in our words, in PostHog's."""

NAMES = {metric.lower(): metric for metric in METRICS}


class SlowPage(Detector):
    """The person looks at an empty page, presses a button that answers late, or hits what moved at the last moment.

    Default: a Largest Contentful Paint over 4 s, an Interaction to Next Paint over 500 ms, a Cumulative Layout Shift
    over 0.25: where Web Vitals call a page poor; or a load of more than 8 s. One page is one finding in a session.
    Pages that were loaded in the background (`hidden`) do not count: nobody waited.
    Misfires: where the first paint is a curtain (a consent banner, a splash) and the wait begins behind it.
    """

    lcp: Duration = Field(timedelta(seconds=4), description="Longest Largest Contentful Paint.")
    inp: Duration = Field(timedelta(milliseconds=500), description="Longest Interaction to Next Paint.")
    cls: float = Field(0.25, gt=0, description="Largest Cumulative Layout Shift.")
    load: Duration = Field(timedelta(seconds=8), description="Longest load.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset({"web_vitals", "$web_vitals", "LCP", "INP", "CLS"})

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(
            {prop for props in PROPS.values() for prop in props} | {"name", "value", "metric_value", "hidden"}
        )

    @cached_property
    def limits(self) -> dict[str, float]:
        """What each measurement must not exceed, worked out once."""
        return {"LCP": millis(self.lcp), "INP": millis(self.inp), "CLS": self.cls, "load": millis(self.load)}

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Hold what was measured against the limits."""
        over = {metric: value for metric, value in _measured(act) if value > self.limits[metric]}
        if not over or is_hidden(act):
            return None
        worst = max(over, key=lambda metric: over[metric] / self.limits[metric])
        waited = max((value - self.limits[metric] for metric, value in over.items() if metric != "CLS"), default=0.0)
        cause = f"{worst} {over[worst]:.2f}" if worst == "CLS" else f"{worst} {over[worst] / 1000:.1f} s"
        found = self.begin(act, fold, NOTICEABLE, cause)
        return recurrence(fold, self.name).add(msgspec.structs.replace(found, cost_seconds=waited / 1000))


def _measured(act: Act) -> Iterator[tuple[str, float]]:
    """All measurements of an event: several in one, or one by name and value as web-vitals.js tells it."""
    for metric, props in PROPS.items():
        yield metric, max(act.number(prop) for prop in props)
    named = NAMES.get((act.text("name") or act.name).lower())
    if named:
        yield named, act.number("metric_value") or act.number("value")
