"""Learning thresholds from history: how long people stayed in stages and steps, and thought before fields.

Those who left in the middle count as long as they were seen (`stats.kaplan_meier`): to leave them out would make the
patient ones look like all, to count them as having gone on would make everybody look quick.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec

from services.core.act import Act
from services.core.event import Millis
from services.core.form import FORM_FIELD, field_of
from services.core.learned import ANY, Learned
from services.core.stats.kaplan_meier import Stay, quantile
from services.core.tab import HIDING, is_hidden

SHARE = 0.95
LEAST = 100
"""Fewest whose end was seen, for a threshold to be learned: below, the 95th percentile is the word of a few."""


class Walk(msgspec.Struct, gc=False):
    """One closed session's path, as it is stored."""

    job: str
    stages: Sequence[str]
    steps: Sequence[str]
    started_at: Sequence[Millis]
    ended_at: Millis


class Learning:
    """Takes in walks and acts in forms, and says what was learned."""

    def __init__(self, places: Iterable[str], least: int = LEAST) -> None:
        """`places` are the stages and `stage.step`s of the journey; paths of other journeys may name others."""
        self._places = frozenset(places)
        self._least = least
        self._stays: defaultdict[tuple[str, str], list[Stay]] = defaultdict(list)
        self._waits: defaultdict[str, list[Stay]] = defaultdict(list)

    def see(self, walk: Walk) -> None:
        """Take a session in. Its last stay was seen up to its last event only."""
        for place, stay in _stays(walk):
            if place in self._places:
                self._stays[place, ANY].append(stay)
                self._stays[place, walk.job].append(stay)

    def watch(self, acts: Iterable[Act]) -> None:
        """Take in what one visitor did in forms, in order; hidings too, since nobody thinks who does not look."""
        focus: Act | None = None
        for act in acts:
            was, focus = focus, None
            if act.name in HIDING or is_hidden(act) or act.name != FORM_FIELD:
                continue
            action = act.text("action")
            is_same = was is not None and field_of(was) == field_of(act)
            if action == "focus":
                focus = was if is_same else act
            elif was is not None and is_same and action in {"input", "leave"}:
                seconds = (act.occurred_at - was.occurred_at) / 1000
                self._waits[" ".join(field_of(act))].append(Stay(seconds, action == "input"))

    def learned(self) -> Learned:
        """The thresholds for which enough was seen."""
        stays: dict[str, dict[str, timedelta]] = {}
        for (place, job), seen in sorted(self._stays.items()):
            if (usual := self._usual(seen)) is not None:
                stays.setdefault(place, {})[job] = _whole(max(usual, _fence(seen)))
        waits = {field: self._usual(seen) for field, seen in sorted(self._waits.items())}
        return Learned(stays=stays, waits={field: _whole(one) for field, one in waits.items() if one is not None})

    def _usual(self, seen: Sequence[Stay]) -> float | None:
        """The seconds by which nearly all are over."""
        if sum(stay.is_over for stay in seen) < self._least:
            return None
        return quantile(seen, SHARE)


def _fence(seen: Sequence[Stay]) -> float:
    """The seconds beyond which a stay lies far apart from the others, where people take times as they usually do.

    Of every hundred stays five are longer than the 95th percentile, also where all goes well. So Tukey's outer fence is
    asked too, an upper quartile and three times the distance of the quartiles, of the logarithms, since the times that
    people take are skewed: what lies beyond it is of another kind. Neither quartile knows of the few who do get stuck.
    J. W. Tukey, Exploratory Data Analysis, 1977, chapter 2.
    """
    lower, upper = quantile(seen, 0.25), quantile(seen, 0.75)
    return upper * (upper / lower) ** 3 if lower and upper else 0.0


def _whole(seconds: float) -> timedelta:
    return timedelta(seconds=math.ceil(seconds))


def _stays(walk: Walk) -> Iterator[tuple[str, Stay]]:
    """Each stay in a step, and each in a stage from its first run to the first run of another."""
    ends = [*walk.started_at[1:], walk.ended_at]
    last = len(walk.stages) - 1
    began = 0
    for place, (stage, step) in enumerate(zip(walk.stages, walk.steps, strict=True)):
        is_over = place < last
        if step:
            yield f"{stage}.{step}", _stay(walk.started_at[place], ends[place], is_over)
        if not is_over or walk.stages[place + 1] != stage:
            yield stage, _stay(walk.started_at[began], ends[place], is_over)
            began = place + 1


def _stay(since: Millis, until: Millis, is_over: bool) -> Stay:
    return Stay((until - since) / 1000, is_over)
