"""A page that keeps people waiting, or jumps about under their hands."""

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

METRIC_OF = {prop: metric for metric, props in PROPS.items() for prop in props}

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
        over = self._over(act)
        if not over or is_hidden(act):
            return None
        worst = self._worst(over)
        waited = max((value - self.limits[metric] for metric, value in over.items() if metric != "CLS"), default=0.0)
        cause = f"{worst} {over[worst]:.2f}" if worst == "CLS" else f"{worst} {over[worst] / 1000:.1f} s"
        found = self.begin(act, fold, NOTICEABLE, cause)
        return recurrence(fold, self.name).add(msgspec.structs.replace(found, cost_seconds=waited / 1000))

    def _over(self, act: Act) -> dict[str, float]:
        """What exceeds its limit: several in one event, or one by name and value as web-vitals.js tells it."""
        over: dict[str, float] = {}
        for prop in act.props or ():
            metric = METRIC_OF.get(prop)
            if metric is not None and (value := act.number(prop)) > max(self.limits[metric], over.get(metric, 0.0)):
                over[metric] = value
        named = NAMES.get((act.text("name") or act.name).lower())
        if named is not None:
            value = act.number("metric_value") or act.number("value")
            if value > self.limits[named]:
                over[named] = value
        return over

    def _worst(self, over: dict[str, float]) -> str:
        """The metric furthest beyond its limit."""
        ratios = {metric: over[metric] / self.limits[metric] for metric in METRICS if metric in over}
        return max(ratios, key=ratios.__getitem__)
