"""How long until a cell's hour is known in full: what only the end of a session tells is judged later than the rest."""

from datetime import timedelta

from services.core.detector import Detector
from services.core.detectors import DETECTORS
from services.core.journey import Journey
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell

HOUR = timedelta(hours=1)
SETTLED = timedelta(minutes=5)
"""Beyond the pause that ends a session, until those that ended are stored."""


def longest_lag(journey: Journey) -> int:
    """Hours after which nothing of an hour is unknown any more."""
    return -(-(journey.sessions.inactivity + SETTLED) // HOUR)


def lag(journey: Journey, cell: Cell) -> int:
    """So many hours later than others a cell is judged, since it is known only when sessions are over."""
    if cell.detector in (NOT_GOING_ON, JOB_SUCCESS):
        return longest_lag(journey)
    detector = DETECTORS.get(cell.detector)
    return longest_lag(journey) if detector is not None and detector.close is not Detector.close else 0
