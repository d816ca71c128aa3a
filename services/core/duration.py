"""Durations as people write them in a journey file: `30m`, `1.5h`, `14d`, `1h30m`. A bare number is refused."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from services.core.event import Millis

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_LONGEST = timedelta(days=3660)
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def parse_duration(value: Any) -> timedelta:
    """Read `"30m"`.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)

    Raises ValueError where the unit is missing or unknown.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _WHOLE.fullmatch(value):
        raise ValueError(f'{value!r} is not a duration: write a number and a unit, such as "30m", "2.5s" or "14d"')
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{value!r} is longer than {_LONGEST.days} days, the most that is understood")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """Write a duration so that `parse_duration` reads it back.

    >>> format_duration(timedelta(minutes=90))
    '5400s'
    """
    seconds = value.total_seconds()
    return f"{seconds:.0f}s" if seconds.is_integer() else f"{seconds * 1000:.0f}ms"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^({_PART.pattern})+$",
            "examples": ["30m", "14d"],
        }
    ),
]


def millis(duration: timedelta) -> Millis:
    """The duration in milliseconds.

    >>> millis(timedelta(seconds=1.5))
    1500
    """
    return duration // timedelta(milliseconds=1)
