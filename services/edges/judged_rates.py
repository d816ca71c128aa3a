"""The rates of a project's cells as they are judged: counted, each with what is usual for it.

The stages judge by these and the API answers with them, so that a number told can be asked for again.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from services.core.detector import Detector
from services.core.detectors import DETECTORS
from services.core.journey import Journey
from services.core.spikes.baseline import LOOKBACK, Baseline, Series
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell, Reading, Spike
from services.core.spikes.incident import Incident
from services.core.spikes.judgement import SPAN, Cells, examine, judge
from services.core.spikes.objective import judge_objective, read_objective
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

HOUR = timedelta(hours=1)
SETTLED = timedelta(minutes=5)
"""Beyond the pause that ends a session, until those that ended are stored."""


class JudgedRates:
    """Counts by the rules of a journey. Its methods block."""

    def __init__(self, journey: Journey, store: Asks) -> None:
        self._journey = journey
        self._rules = journey.alerts
        self._store = store
        looked_for = {detector.name for detector in journey.detectors()}
        self._watched = looked_for & set(self._rules.friction if self._rules.friction is not None else looked_for)
        self._lag = -(-(journey.sessions.inactivity + SETTLED) // HOUR)

    def examine(
        self, project: str, hour: int, past: Sequence[Incident] = ()
    ) -> tuple[list[Spike], dict[Cell, Reading]]:
        """What stands out at an hour, and every reading that had the volume."""
        hours = Hours(project, hour - SPAN + 1 - LOOKBACK, hour)
        demand = self._rules.demand()
        cells = self.cells(project, hour, past)
        spikes = judge(cells, hour, demand)
        readings = examine(cells, hour, demand)
        for more, reading in (self._silence(hours), *self._objectives(hours)):
            spikes += more
            if reading is not None:
                readings[reading.cell] = reading
        return spikes, readings

    def cells(self, project: str, hour: int, past: Sequence[Incident] = ()) -> Cells:
        """Every cell that is watched, with what is usual for it at this hour."""
        return self._learned(self.counts(Hours(project, hour - SPAN + 1 - LOOKBACK, hour)), hour, past)

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
        if cell.detector in (NOT_GOING_ON, JOB_SUCCESS):
            return self._lag
        detector = DETECTORS.get(cell.detector)
        return self._lag if detector is not None and detector.close is not Detector.close else 0

    def _silence(self, hours: Hours) -> tuple[list[Spike], Reading | None]:
        if not self._rules.silence:
            return [], None
        counts = event_counts(self._store, hours)
        quiet = Quiet({at: count for at, count in counts.items() if at <= hours.last - SPAN}, self._journey.zone)
        return judge_silence(quiet, counts, hours.last), quiet.read(hours.last, counts.get(hours.last, 0))

    def _objectives(self, hours: Hours) -> Iterator[tuple[list[Spike], Reading | None]]:
        counts = success_counts(self._store, hours) if self._rules.objectives else {}
        for one in self._rules.objectives:
            known = counts.get(Cell(JOB_SUCCESS, "", one.job), {})
            series = {at + self._lag: window for at, window in known.items()}
            yield (
                judge_objective(one.job, one.success, series, hours.last),
                read_objective(one.job, one.success, series, hours.last),
            )

    def _learned(self, counts: Counts, hour: int, past: Sequence[Incident]) -> Cells:
        """What is usual, from the hours before those looked at, but for those within incidents."""
        first = hour - SPAN + 1
        learned: dict[Cell, tuple[Baseline, Series]] = {}
        for cell, series in counts.items():
            known = [one for one in past if cell in one.cell_names]
            calm = {
                at: window for at, window in series.items() if at < first and not any(one.covers(at) for one in known)
            }
            learned[cell] = Baseline(calm, self._journey.zone), series
        return learned
