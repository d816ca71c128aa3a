"""The hours of an incident and the same hours of the days before it, as slots to count in and to compare."""

from services.core.spikes.baseline import HOUR_MS

DAY_HOURS = 24
DAYS_BEFORE = 7
MOST_HOURS = DAY_HOURS
"""Of an incident that goes on for longer, its newest hours say what it is about."""


def slots(first: int, last: int) -> dict[str, int]:
    """What SQL counts by. The incident's hours are the slot `now`, those a day earlier the one before, …

    >>> asked = slots(1000, 1001)
    >>> (asked["to_ms"] - asked["first_ms"]) / HOUR_MS, asked["now"]
    (170.0, 7)
    """
    begin = max(first, last - MOST_HOURS + 1)
    return {
        "first_ms": (begin - DAYS_BEFORE * DAY_HOURS) * HOUR_MS,
        "to_ms": (last + 1) * HOUR_MS,
        "step_ms": DAY_HOURS * HOUR_MS,
        "long_ms": (last + 1 - begin) * HOUR_MS,
        "now": DAYS_BEFORE,
    }
