"""History judged again by the rule: what would have been told, and how often falsely where its weeks are shuffled."""

from collections import defaultdict
from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from services.alerts.peers import PEERS, told_by
from services.core.journey import Journey
from services.core.spikes.baseline import WEEK, Series, Window, local_hour
from services.core.spikes.cell import Cell, Spike
from services.core.spikes.grouping import group
from services.core.spikes.history import replay
from services.edges.judged_rates import JudgedRates
from services.edges.rates import Asks, Hours

SPAN_SQL = """
SELECT min(toUInt32(intDiv(toUnixTimestamp(started_at), 3600))) AS first,
    max(toUInt32(intDiv(toUnixTimestamp(ended_at), 3600))) AS last
FROM sessions WHERE project = {project:String}
"""


class Firing(NamedTuple):
    """An incident that would have begun."""

    hour: int
    named: Spike
    cells: int


class Backtest(NamedTuple):
    """What came of it."""

    hours: range
    cells: int
    firings: list[Firing]
    shuffled: int
    peers: list[tuple[str, int, int]]  # by name: what they would have told, and on the shuffled history

    @property
    def weeks(self) -> float:
        return len(self.hours) / WEEK


def backtest(journey: Journey, store: Asks, project: str, seed: int) -> Backtest | None:
    """Judge all hours with a week behind them; None where there are none."""
    [span] = store.query(SPAN_SQL, {"project": project})
    hours = range(span["first"] + WEEK, span["last"])
    if not hours:
        return None
    series = JudgedRates(journey, store).counts(Hours(project, span["first"], span["last"]))
    shuffled = _shuffle(series, journey, Random(seed))
    histories = series, shuffled
    ours = [_firings(one, hours, journey) for one in histories]
    known, demand = range(span["first"], span["last"]), journey.alerts.demand()
    theirs = [[told_by(peer, one.values(), known, hours, demand) for one in histories] for peer in PEERS]
    peers = [(peer.name, told, false) for peer, (told, false) in zip(PEERS, theirs, strict=True)]
    return Backtest(hours, len(series), ours[0], len(ours[1]), peers)


def _firings(series: Mapping[Cell, Series], hours: range, journey: Journey) -> list[Firing]:
    """Each group of cells, when none of them stood an hour before."""
    firings: list[Firing] = []
    before: set[Cell] = set()
    for hour, spikes in replay(series, hours, journey.zone, journey.alerts.demand()):
        for one in group(spikes, {}):
            if not before & {spike.cell for spike in one.spikes}:
                firings.append(Firing(hour, one.named, len(one.spikes)))
        before = {spike.cell for spike in spikes}
    return firings


def _shuffle(series: Mapping[Cell, Series], journey: Journey, random: Random) -> Mapping[Cell, Series]:
    """Each hour of the week from another week, the same for all cells: what lasts for hours is torn apart."""
    alike: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for hour in sorted({at for one in series.values() for at in one}):
        alike[local_hour(hour, journey.zone)].append(hour)
    taken: dict[int, int] = {}
    for hours in alike.values():
        taken |= dict(zip(hours, random.sample(hours, len(hours)), strict=True))
    return {cell: {at: one.get(taken[at], Window(0, 0)) for at in taken} for cell, one in series.items()}
