"""Judges an hour of a project that is over: counts, what stands out, which incidents begin, go on or are over.

Everything is worked out anew from the database each time, so that it does not matter which worker does it.
"""

import msgspec

from services.core.detectors import DETECTORS
from services.core.journey import Journey
from services.core.spikes.baseline import LOOKBACK
from services.core.spikes.cell import Cell
from services.core.spikes.grouping import group
from services.core.spikes.incident import Change, Evidence, Patience, live
from services.core.spikes.settling import HOUR
from services.edges.incidents import Keeps, known_incidents, save_incidents
from services.edges.judged_rates import JudgedRates
from services.edges.likely import about, page_of


class Evaluator:
    """Judges by the rules of a journey. Its methods block."""

    def __init__(self, journey: Journey, store: Keeps) -> None:
        self._store = store
        self._journey = journey
        self._rates = JudgedRates(journey, store)
        rules = journey.alerts
        self._patience = Patience(rules.cool_down // HOUR, max(1, rules.repeat // HOUR))

    def judge(self, project: str, hour: int, now: int) -> list[Change]:
        """What the hour changes, stored. `now`, in milliseconds, is the version of what is stored."""
        past = known_incidents(self._store, project, hour - LOOKBACK)
        spikes, readings = self._rates.examine(project, hour, past)
        pages = {
            spike.cell: page_of(self._store, project, spike.cell, self._counted(spike.cell, (spike.began, hour)))
            for spike in spikes
            if spike.cell.detector in DETECTORS
        }
        recent = [one for one in past if one.is_open or one.recovered >= hour - self._patience.cool_down]
        changes = live(recent, group(spikes, pages), readings, (project, hour), self._patience)
        completed = [self._completed(change) for change in changes]
        if completed:
            save_incidents(self._store, [change.incident for change in completed], now)
        return completed

    def _completed(self, change: Change) -> Change:
        """With what it is likely about, while that is to be told."""
        incident = change.incident
        if change.moment is None or not incident.is_open:
            return change
        evidence = self._evidence(incident.project, incident.named.cell, (incident.began, incident.seen))
        return change._replace(incident=msgspec.structs.replace(incident, evidence=evidence))

    def _evidence(self, project: str, cell: Cell, hours: tuple[int, int]) -> Evidence:
        return about(self._store, project, cell, self._counted(cell, hours), self._journey)

    def _counted(self, cell: Cell, hours: tuple[int, int]) -> tuple[int, int]:
        """The hours that were counted, of those in which they were judged."""
        lag = self._rates.lag(cell)
        return hours[0] - lag, hours[1] - lag
