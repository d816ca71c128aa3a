"""How much of what comes is refused: beyond a share, something is wrong with us and not with single events."""

from collections import Counter, deque
from collections.abc import Sequence

from services.core.errors import TooManyRefused
from services.core.event import Millis
from services.core.rows import RefusedRow

MINUTE = 60_000
LEAST = 20
"""Refused records a minute below which the share says nothing: one of three is bad luck."""


class RefusedShare:
    """Counts, over the last minute of our clock, the records that came and those that were refused."""

    def __init__(self, most: float) -> None:
        """`most` of all records may be refused, 0 to 1; 1 lets everything pass."""
        self.most = most
        self._came = 0
        self._refused: Counter[str] = Counter()
        self._feeds: deque[tuple[Millis, int, Counter[str]]] = deque()

    def count(self, came: int, refused: Sequence[RefusedRow], now: Millis) -> None:
        """Note one feed of `came` records. Raises TooManyRefused where the minute until `now` has too many refused."""
        reasons = Counter(row.reason for row in refused)
        self._feeds.append((now, came, reasons))
        self._came += came
        self._refused += reasons
        while self._feeds[0][0] <= now - MINUTE:
            _, gone, forgotten = self._feeds.popleft()
            self._came -= gone
            self._refused -= forgotten
        total = self._refused.total()
        if refused and total >= LEAST and total > self.most * self._came:
            raise TooManyRefused(total, self._came, self._refused, _example(refused[-1]))


def _example(row: RefusedRow) -> str:
    return f"partition {row.partition}, offset {row.offset}: {row.reason}: {row.detail}"
