"""Token buckets: so much in the long run, ten seconds' worth at once. Each is one number.

A bucket is kept as the moment at which it will be full again (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
Measured side by side, `limits`, `throttled-py` and `pyrate-limiter` take 5 to 9 times as long, which twice a request
would be a tenth of a small one; and their memory grows with the names that clients make up.
"""

import math
from collections.abc import Hashable

BURST_SECONDS = 10.0
BUCKETS = 20_000


class Buckets:
    """Holds the buckets of all names; those that are full again are forgotten, beyond a bound the oldest too."""

    def __init__(self, most: int = BUCKETS) -> None:
        self._most = most
        self._full_at: dict[Hashable, float] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, name: Hashable, now: float) -> int:
        """For how many seconds this bucket is empty, 0 when something may be taken."""
        owed = self._full_at.get(name, 0.0) - now - BURST_SECONDS
        return math.ceil(owed) if owed > 0 else 0

    def has(self, name: Hashable, tokens: float, rate: float, now: float) -> bool:
        """Whether none of so many, taken one by one, would find the bucket empty."""
        return max(self._full_at.get(name, 0.0), now) + tokens / rate - now <= BURST_SECONDS

    def take(self, name: Hashable, tokens: float, rate: float, now: float) -> None:
        """Take them, if need be on credit: a batch larger than a bucket would never pass otherwise."""
        full_at = self._full_at.pop(name, 0.0)
        if len(self._full_at) >= self._most:
            self._forget(now)
        self._full_at[name] = max(full_at, now) + tokens / rate

    def _forget(self, now: float) -> None:
        kept = [(name, full_at) for name, full_at in self._full_at.items() if full_at > now]
        self._full_at = dict(kept[-self._most // 2 :])
