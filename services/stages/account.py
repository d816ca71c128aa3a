"""The account of one partition that a worker holds: how far it is fed and stored, and who waits to hear of that."""

import asyncio
import heapq
from collections import deque
from typing import Protocol


class Released(Exception):
    """The partition was taken from this worker before the event was stored; another worker will store it."""


class Fetch(Protocol):
    """A fetch as the agent got it: one Faust event."""

    def ack(self) -> bool: ...


class Account:
    """Accounts for one partition. `fed` and `stored` are offsets of the next record: to be fed, and to be stored."""

    def __init__(self, next_offset: int, claim: str) -> None:
        self.claim = claim
        self.fed = self.stored = next_offset
        self._unacknowledged: deque[tuple[int, Fetch]] = deque()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._asked = 0

    def feed(self, next_offset: int, fetch: Fetch) -> None:
        """Note that a fetch was applied, up to the record before this offset."""
        self.fed = next_offset
        self._unacknowledged.append((next_offset, fetch))

    async def wait(self, offset: int) -> None:
        """Until the record at this offset is stored. Raises `Released` when that will not be our doing."""
        if self.stored <= offset:
            future = asyncio.get_running_loop().create_future()
            self._asked += 1  # futures cannot be compared
            heapq.heappush(self._waiting, (offset, self._asked, future))
            await future

    def settle(self, next_offset: int) -> None:
        """All before this offset is stored: acknowledge it, and tell who waits."""
        self.stored = next_offset
        while self._unacknowledged and self._unacknowledged[0][0] <= next_offset:
            self._unacknowledged.popleft()[1].ack()
        while self._waiting and self._waiting[0][0] < next_offset:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    def close(self, reason: Released) -> None:
        """Tell who still waits that it is not ours any more."""
        for _, _, future in self._waiting:
            if not future.done():
                future.set_exception(reason)
