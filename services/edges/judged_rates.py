"""The rates of a project's cells as they are judged: counted, each with what is usual for it.

The stages judge by these and the API answers with them, so that a number told can be asked for again.
"""

from collections.abc import Iterator, Mapping, Sequence

from services.core.journey import Journey
from services.core.spikes.baseline import LOOKBACK, Baseline, Series
from services.core.spikes.cell import SILENCE, Cell, Reading, Spike
from services.core.spikes.incident import Incident
from services.core.spikes.judgement import SPAN, Cells, examine, judge
from services.core.spikes.objective import judge_objective, read_objective
from services.core.spikes.settling import lag, longest_lag
from services.core.spikes.silence import Quiet, judge_silence
from services.edges.rates import (
    Asks,
    Counts,
    Hours,
    conversion_counts,
    event_counts,
    friction_counts,
    success_counts,
)


class JudgedRates:
    """Counts by the rules of a journey. Its methods block."""

    def __init__(self, journey: Journey, store: Asks) -> None:
        self._journey = journey
        self._rules = journey.alerts
        self._store = store
        looked_for = {detector.name for detector in journey.detectors()}
        self._watched = looked_for & set(self._rules.friction if self._rules.friction is not None else looked_for)
        self._lag = longest_lag(journey)

    def examine(
        self, project: str, hour: int, past: Sequence[Incident] = ()
    ) -> tuple[list[Spike], dict[Cell, Reading]]:
        """What stands out at an hour, and every reading that had the volume."""
        hours = _looked_at(project, hour)
        demand = self._rules.demand()
        cells = self.cells(project, hour, past)
        spikes = judge(cells, hour, demand)
        readings = examine(cells, hour, demand)
        for more, reading in (self._silence(hours, past), *self._objectives(hours)):
            spikes += more
            if reading is not None:
                readings[reading.cell] = reading
        return spikes, readings

    def cells(self, project: str, hour: int, past: Sequence[Incident] = ()) -> Cells:
        """Every cell that is watched, with what is usual for it at this hour."""
        return self._learned(self.counts(_looked_at(project, hour)), hour, past)

    def counts(self, hours: Hours) -> Counts:
        """Of every cell that is watched, in hours of ticks: what is known only later counts when it is known."""
        earlier = Hours(hours.project, hours.first - self._lag, hours.last)
        counts = friction_counts(self._store, earlier, self._watched)
        if self._rules.conversion:
            counts |= conversion_counts(self._store, earlier, [stage.name for stage in self._journey.stages])
        return {
            cell: {at + self.lag(cell): window for at, window in series.items() if at + self.lag(cell) <= hours.last}
            for cell, series in counts.items()
        }

    def lag(self, cell: Cell) -> int:
        """So many hours later than others a cell is judged, since it is known only when sessions are over."""
        return lag(self._journey, cell)

    def events(self, project: str, hour: int, past: Sequence[Incident] = ()) -> tuple[Quiet, Mapping[int, int]]:
        """How many events usually come, from the hours before those looked at at this hour, and how many came."""
        counts = event_counts(self._store, _looked_at(project, hour))
        before = {at: count for at, count in counts.items() if at <= hour - SPAN}
        silences = {at for one in past if one.named.detector == SILENCE for at in one.hours}
        return Quiet(before, self._journey.zone, silences), counts

    def success(self, project: str, hour: int) -> dict[str, Series]:
        """By job, in hours of ticks: how many sessions ended, and how many without success."""
        counts = success_counts(self._store, _looked_at(project, hour))
        return {cell.job: {at + self._lag: window for at, window in series.items()} for cell, series in counts.items()}

    def _silence(self, hours: Hours, past: Sequence[Incident]) -> tuple[list[Spike], Reading | None]:
        if not self._rules.silence:
            return [], None
        quiet, counts = self.events(hours.project, hours.last, past)
        return judge_silence(quiet, counts, hours.last), quiet.read(hours.last, counts.get(hours.last, 0))

    def _objectives(self, hours: Hours) -> Iterator[tuple[list[Spike], Reading | None]]:
        known = self.success(hours.project, hours.last) if self._rules.objectives else {}
        for one in self._rules.objectives:
            series = known.get(one.job, {})
            spikes = judge_objective(one.job, one.success, series, hours.last)
            # Of two spans the one that stands out is told, so it is what is asked for again.
            reading = spikes[0].reading if spikes else read_objective(one.job, one.success, series, hours.last)
            yield spikes, reading

    def _learned(self, counts: Counts, hour: int, past: Sequence[Incident]) -> Cells:
        """What is usual, from the hours before those looked at, but for those within incidents."""
        first = hour - SPAN + 1
        learned: dict[Cell, tuple[Baseline, Series]] = {}
        for cell, series in counts.items():
            known = [one for one in past if cell in one.cell_names]
            calm = {
                at: window for at, window in series.items() if at < first and not any(at in one.hours for one in known)
            }
            learned[cell] = Baseline(calm, self._journey.zone), series
        return learned


def _looked_at(project: str, hour: int) -> Hours:
    """All that is counted to judge an hour."""
    return Hours(project, hour - SPAN + 1 - LOOKBACK, hour)
