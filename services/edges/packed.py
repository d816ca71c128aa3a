"""Rows on their way to the database: the JSON lines that it reads, in pieces that stay in the processor's cache.

One block of all of them would cost more in fresh pages of memory than in copying, and it was copied twice.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from services.core.rows import Row

AT_ONCE = 500
"""Rows encoded in one go: no other thread of this process can do anything meanwhile."""

_ENCODER = msgspec.json.Encoder()


class Pieces(Protocol):
    """JSON lines. They can be gone through again, since a request may be sent again."""

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        ...

    def __iter__(self) -> Iterator[bytes]: ...


class Packed:
    """Rows of one table. Those that are packed soon after they were made take half the time."""

    __slots__ = ("_count", "_pieces", "columns")

    def __init__(self, kind: type[Row]) -> None:
        self.columns = kind.__struct_encode_fields__
        self._count = 0
        self._pieces: list[bytes] = []

    def add(self, rows: Sequence[Row]) -> None:
        for start in range(0, len(rows), AT_ONCE):
            self._pieces.append(_ENCODER.encode_lines(rows[start : start + AT_ONCE]))
        self._count += len(rows)

    def __len__(self) -> int:
        return self._count

    @property
    def size(self) -> int:
        return sum(map(len, self._pieces))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


class Lines:
    """What is JSON already, a line each, joined as it is sent."""

    __slots__ = ("_lines", "size")

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self.size = sum(map(len, lines)) + len(lines)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._lines), AT_ONCE):
            yield b"\n".join([*self._lines[start : start + AT_ONCE], b""])
