"""The events that were taken a moment ago, so that what a client sends again is not stored again.

A convenience of one process: that an event counts once, whichever process it comes to, is seen to further on.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat

from services.ingest.line import Line

IDS = 100_000


class Recent:
    """Remembers the last ids by their hashes, between one and two times `most` of them."""

    def __init__(self, most: int = IDS) -> None:
        self._most = most
        self._newer: set[int] = set()
        self._older: set[int] = set()

    def keys(self, project: str, visitors: Iterable[str], ids: Iterable[str]) -> list[int]:
        """What tells each from the others: clients that number their events from 1 collide only within a visitor."""
        return list(map(hash, zip(repeat(project), visitors, ids, strict=False)))

    def any_known(self, keys: Sequence[int]) -> bool:
        """Whether any of them was taken before, or is among them twice."""
        distinct = set(keys)
        return len(distinct) < len(keys) or not (distinct.isdisjoint(self._newer) and distinct.isdisjoint(self._older))

    def first_ones(self, keys: Sequence[int], lines: Sequence[Line]) -> list[Line]:
        """Those of them that come for the first time."""
        seen: set[int] = set()
        first = []
        for line, key in zip(lines, keys, strict=True):
            if key not in seen and key not in self._newer and key not in self._older:
                first.append(line)
            seen.add(key)
        return first

    def remember(self, keys: Sequence[int]) -> None:
        """To be called once they are safe, not before: what is not may have to be sent again."""
        if len(self._newer) >= self._most:
            self._newer, self._older = set(), self._newer
        self._newer.update(keys)
