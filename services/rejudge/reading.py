"""History read many days at once and told day by day: a question costs as much as thousands of events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from services.core.hindsight import DAY as DAY_NUMBER
from services.core.hindsight import Told
from services.edges.history import Archive, told
from services.rejudge.scope import Scope

DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)

Span = tuple[date, date]
"""A first and a last day."""


def spans(days: Sequence[date], sizes: Mapping[date, int], most: int) -> Iterator[Span]:
    """Days that follow each other, in runs of about so many events, a day at least each."""
    first, events = None, 0
    for day in days:
        first = first or day
        events += sizes.get(day, 0)
        if events >= most or day == days[-1]:
            yield first, day
            first, events = None, 0


def midnight_after(day: date) -> int:
    """The end of a day, in milliseconds."""
    return int(datetime.combine(day + DAY, datetime.min.time(), UTC).timestamp()) * 1000


class Reading:
    """The events of a span of days. The days must be asked for in their order, each once and none left out."""

    def __init__(self, archive: Archive, scope: Scope, span: Span, *, surroundings: bool) -> None:
        first, last = (day.isoformat() for day in span)
        events = told(archive, scope.asks(first=first, last=last), surroundings=surroundings)
        self._days = groupby(events, key=itemgetter(DAY_NUMBER))
        self._next = next(self._days, None)

    def of(self, day: date) -> Iterable[Told]:
        """A day's events, by visitor. To be gone through before the next day is asked for."""
        number = (day - EPOCH) // DAY
        while self._next is not None and self._next[0] < number:
            self._next = next(self._days, None)
        return self._next[1] if self._next is not None and self._next[0] == number else ()
