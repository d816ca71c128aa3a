"""Which findings stand: the parameters of fragments/standing.sql.

An abandonment whose person came back and finished is taken back in every answer, and counted apart.
"""

from datetime import date, timedelta
from typing import Literal

from services.api.period import Period
from services.core.detectors import DETECTORS
from services.core.duration import millis
from services.core.journey import Journey

DROP_OFFS = tuple(name for name, detector in DETECTORS.items() if detector.kind == "drop_off")

Fate = Literal["continued_later", "done_elsewhere"]
"""What became of an abandonment that was taken back."""


def standing(journey: Journey, period: Period, days: int) -> dict[str, object]:
    """For findings of the sessions of a period, which may have been opened so many days after their first event."""
    return standing_between(journey, period.since.date(), period.until.date() + timedelta(days=days))


def standing_between(journey: Journey, since: date, until: date) -> dict[str, object]:
    """For findings of the sessions that were opened between two days, both included."""
    return {
        "found_from": since,
        "found_to": until,
        "later_days": longest_days(journey) + journey.window // timedelta(days=1) + 1,
        "open_ms": millis(journey.window),
        "drop_offs": list(DROP_OFFS),
        "stages": [stage.name for stage in journey.stages],
        "done": [stage.name for stage in journey.stages if stage.role == "done"],
    }


def longest_days(journey: Journey) -> int:
    """By how many days the first and the last moment of a session may differ from the day it was opened on."""
    return journey.sessions.max_length // timedelta(days=1) + 2
