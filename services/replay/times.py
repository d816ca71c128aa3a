"""How recorded events say when they happened: RFC 3339 or a Unix number, its unit told by its size."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from math import isfinite


class TimeUnit(StrEnum):
    """The unit of a number of a file's time column."""

    S = "s"
    MS = "ms"
    US = "us"
    NS = "ns"


_PER_SECOND = {TimeUnit.S: 1, TimeUnit.MS: 1_000, TimeUnit.US: 1_000_000, TimeUnit.NS: 1_000_000_000}

# A number's size tells its unit for any moment between 1973 and 5138: 1e8 seconds, 1e11 milliseconds, and so on.
_LIMITS = ((1e11, TimeUnit.S), (1e14, TimeUnit.MS), (1e17, TimeUnit.US), (1e20, TimeUnit.NS))
_LEAST = 1e8
_LATEST = 253_402_300_799_999  # the last millisecond of the year 9999


def milliseconds(value: object, unit: TimeUnit | None = None) -> int:
    """Milliseconds since 1970. A time without a zone is UTC. Raises ValueError with what is wrong.

    >>> milliseconds("2019-10-01T00:00:01Z"), milliseconds("2019-10-01 00:00:01 UTC")
    (1569888001000, 1569888001000)
    >>> milliseconds("1569888001"), milliseconds(1569888001000), milliseconds(1569888001000000)
    (1569888001000, 1569888001000, 1569888001000)
    """
    if isinstance(value, datetime):
        return _of(value)
    if isinstance(value, str):
        value = value.strip()
        number = _number(value)
        return _of(_parse(value)) if number is None else _scale(number, unit)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _scale(value, unit)
    raise ValueError("no time" if value is None else f"time {value!r} is neither a text nor a number")


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None


def _scale(number: int | float, unit: TimeUnit | None) -> int:
    if not isfinite(number):
        raise ValueError(f"time {number} is no moment")
    unit = unit or _unit(number)
    at = number * 1000 // _PER_SECOND[unit] if isinstance(number, int) else int(number * 1000 / _PER_SECOND[unit])
    if not 0 <= at <= _LATEST:
        raise ValueError(f"time {number} is not between 1970 and 9999 in {unit.value}")
    return at


def _unit(number: int | float) -> TimeUnit:
    if number >= _LEAST:
        for limit, unit in _LIMITS:
            if number < limit:
                return unit
    raise ValueError(f"the unit of time {number} cannot be told; give --time-unit")


def _parse(text: str) -> datetime:
    if not text:
        raise ValueError("no time")
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        raise ValueError(f"time {text[:40]!r} is neither RFC 3339 nor a Unix number") from None


def _of(moment: datetime) -> int:
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return _scale(since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000, TimeUnit.MS)


def rfc3339(at: int) -> str:
    """Milliseconds since 1970 → `2026-01-31T12:00:00.000Z`.

    >>> rfc3339(1569888001250)
    '2019-10-01T00:00:01.250Z'
    """
    seconds, fraction = divmod(at, 1000)
    days, second = divmod(seconds, 86_400)
    return f"{_date(days)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{fraction:03}Z"


@lru_cache(maxsize=1024)
def _date(days: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days)).date().isoformat()
