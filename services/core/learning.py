"""Learning thresholds from history: how long people stayed in stages and steps, and thought before fields.

Those who left in the middle count as long as they were seen (`stats.kaplan_meier`): to leave them out would make the
patient ones look like all, to count them as having gone on would make everybody look quick. Time out of sight does not
count, as it does not for those who are judged by it.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from operator import attrgetter

import msgspec

from services.core.act import Act
from services.core.event import Millis
from services.core.form import FORM_FIELD, field_of
from services.core.learned import ANY, Learned
from services.core.stats.kaplan_meier import Stay, quantile
from services.core.tab import HIDING, SHOWING, Unseen, is_hidden

TELLING = frozenset({FORM_FIELD}) | HIDING | SHOWING
"""Events that are to be watched beside the paths."""

SHARE = 0.95
MOST_APART = 0.10
"""Largest share of stays that are of another kind than the usual: more are a way of their own that people take."""

LEAST = 100
"""Fewest whose end was seen, for a threshold to be learned: below, the 95th percentile is the word of a few."""

SHORTEST = 10.0
"""Seconds in which nobody is stuck, however quick the others are: for so long people keep their minds on what they wait
for. J. Nielsen, Usability Engineering, 1993, section 5.5."""

_at = attrgetter("occurred_at")


class Walk(msgspec.Struct, gc=False):
    """One closed session's path, as it is stored."""

    visitor: str
    job: str
    stages: Sequence[str]
    steps: Sequence[str]
    started_at: Sequence[Millis]
    ended_at: Millis


class Learning:
    """Takes in paths, and what visitors did beside them, in whatever order, and says what was learned."""

    def __init__(self, places: Iterable[str], least: int = LEAST) -> None:
        """`places` are the stages and `stage.step`s of the journey; paths of other journeys may name others."""
        self._places = frozenset(places)
        self._least = least
        self._walks: list[Walk] = []
        self._waits: defaultdict[str, list[Stay]] = defaultdict(list)
        self._looks: dict[str, list[Act]] = {}  # of each visitor who looked away: when, and when they looked again

    def watch(self, visitor: str, acts: Sequence[Act]) -> None:
        """Take in what a visitor did of what is `TELLING`, all of it and in order."""
        self._think(act for act in acts if act.name not in SHOWING)
        looks = [act for act in acts if act.name != FORM_FIELD]
        if looks:
            self._looks[visitor] = looks

    def see(self, walk: Walk) -> None:
        """Take a session in. Its last stay was seen up to its last event only."""
        self._walks.append(walk)

    def _think(self, acts: Iterable[Act]) -> None:
        """Nobody thinks who does not look."""
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
        for (place, job), seen in sorted(self._by_place().items()):
            if self._is_enough(seen) and (longest := _longest_usual(seen)) is not None:
                stays.setdefault(place, {})[job] = _whole(longest)
        waits = {field: quantile(seen, SHARE) for field, seen in sorted(self._waits.items()) if self._is_enough(seen)}
        return Learned(stays=stays, waits={field: _whole(one) for field, one in waits.items() if one is not None})

    def _by_place(self) -> dict[tuple[str, str], list[Stay]]:
        """The stays in each place: of everybody, and of those with a job."""
        found: defaultdict[tuple[str, str], list[Stay]] = defaultdict(list)
        for walk in self._walks:
            for place, stay in _stays(walk, self._looks.get(walk.visitor, ())):
                if place in self._places:
                    found[place, ANY].append(stay)
                    found[place, walk.job].append(stay)
        return found

    def _is_enough(self, seen: Sequence[Stay]) -> bool:
        return sum(stay.is_over for stay in seen) >= self._least


def _longest_usual(seen: Sequence[Stay]) -> float | None:
    """The seconds by which nearly all who get on at all have gone on, None where too many left to say.

    Who is stuck does not tell how long people stay: where they are more than five of a hundred, the 95th percentile of
    all is a time of their own, and hides the others (masking: L. Davies, U. Gather, "The identification of multiple
    outliers", Journal of the American Statistical Association 88 (1993), 782-792). So it is asked of those within the
    fence, of whom each is quicker than the fence is far; only where so many lie beyond that they are no exception, of
    all.
    """
    most, fence = quantile(seen, 1 - MOST_APART), _fence(seen)
    if most is None:
        return None
    longest = fence if most <= fence else quantile(seen, SHARE)
    return None if longest is None else max(longest, SHORTEST)


def _fence(seen: Sequence[Stay]) -> float:
    """The seconds beyond which a stay lies far apart from the others, where people take times as they usually do.

    Tukey's outer fence, an upper quartile and three times the distance of the quartiles, of the logarithms, since the
    times that people take are skewed: what lies beyond it is of another kind. Neither quartile knows of the few who do
    get stuck. J. W. Tukey, Exploratory Data Analysis, 1977, chapter 2.
    """
    lower, upper = quantile(seen, 0.25), quantile(seen, 0.75)
    return upper * (upper / lower) ** 3 if lower and upper else 0.0


def _whole(seconds: float) -> timedelta:
    return timedelta(seconds=math.ceil(seconds))


def _stays(walk: Walk, looks: Sequence[Act]) -> Iterator[tuple[str, Stay]]:
    """Each stay in a step, and each in a stage from its first run to the first run of another."""
    ends = [*walk.started_at[1:], walk.ended_at]
    last = len(walk.stages) - 1
    in_stage = 0
    for place, (stage, step) in enumerate(zip(walk.stages, walk.steps, strict=True)):
        is_over = place < last
        seen = _in_sight(walk.started_at[place], ends[place], looks)
        in_stage += seen
        if step:
            yield f"{stage}.{step}", Stay(seen / 1000, is_over)
        if not is_over or walk.stages[place + 1] != stage:
            yield stage, Stay(in_stage / 1000, is_over)
            in_stage = 0


def _in_sight(since: Millis, until: Millis, looks: Sequence[Act]) -> int:
    """Milliseconds for which somebody saw a place that they entered and left then: who enters it sees it."""
    unseen = Unseen()
    first, end = bisect_left(looks, since, key=_at), bisect_right(looks, until, key=_at)
    for act in looks[first:end]:
        unseen.take(act)
    return until - since - unseen.until(until)
