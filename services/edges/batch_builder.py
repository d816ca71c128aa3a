"""A Kafka record batch as bytes, written and compressed by ourselves, which is cheaper than aiokafka's builder.

That takes records one call at a time and compresses zstd at level 3 with a new compressor each time. Level 1 with one
compressor takes half of that, for 1 % more bytes (docs/benchmarks.md); lz4 would take a quarter less again, and twice
the bytes on the network and on Kafka's disks. The format: https://kafka.apache.org/documentation/#recordbatch
"""

import struct
import sys
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from aiokafka.record.util import calc_crc32c

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Record = tuple[bytes, bytes]
"""Key and value."""

ZSTD_LEVEL = 1
ZSTD = 4  # its number among the attributes of a batch
CHECKED = struct.Struct(">hiqqqhii")  # from the attributes to the count of the records: what the checksum covers
HEAD = struct.Struct(">qiibI")
BEFORE_LENGTH = 12  # bytes that the length in the head does not count


def _varint(number: int) -> bytes:
    """A number as a zigzag varint."""
    left = number << 1
    groups = bytearray()
    while left > 0x7F:
        groups.append(left & 0x7F | 0x80)
        left >>= 7
    groups.append(left)
    return bytes(groups)


def _length(number: int) -> bytes:
    """A record's length, and before it the end of the record before: no headers."""
    return b"\0" + _varint(number)


def _place(number: int) -> bytes:
    """Where a record is in its batch, and before it: no attributes, no other time."""
    return b"\0\0" + _varint(number)


def _framed(number: int) -> int:
    """How many bytes so many take with their number before them."""
    return len(_varint(number)) + number


Worth = TypeVar("Worth")


class _Each(Generic[Worth]):
    """Stands in for a list of what is worked out where a number may be beyond it."""

    def __init__(self, of: Callable[[int], Worth]) -> None:
        self._of = of

    def __getitem__(self, number: int) -> Worth:
        return self._of(number)


LONG = 8192
FRAME = 64  # more than all that is put around a key and a value
# The lengths and places of records are small, so each is worked out once; a list is asked in a third of a dict's time.
_VARINTS = [_varint(number) for number in range(LONG)]
_LENGTHS = [_length(number) for number in range(LONG)]
_PLACES = [_place(number) for number in range(LONG)]
_FRAMED = [_framed(number) for number in range(LONG)]


class Compressor:
    """Compresses one batch after the other, so that its tables are made once."""

    def __init__(self) -> None:
        self._zstd = zstd.ZstdCompressor(ZSTD_LEVEL)

    def __call__(self, data: bytes) -> bytes:
        return self._zstd.compress(data, self._zstd.FLUSH_FRAME)


class BatchBuilder:
    """Stands in for aiokafka's class of this name where its producer sends a batch.

    All its records carry the time at which it was opened.
    """

    def __init__(self, compress: Callable[[bytes], bytes], max_bytes: int, timestamp: int) -> None:
        self._compress = compress
        self._max_bytes = max_bytes
        self._timestamp = timestamp
        self._parts: list[bytes] = []
        self._size = 0
        self._count = 0
        self.value_bytes = 0
        self._closed = False
        self._producer = (-1, -1, 0)
        self._buffer: bytes | None = None

    def extend(self, records: Sequence[Record]) -> int:
        """How many of them it took, none beyond `max_bytes`, yet the first in any case."""
        varints: list[bytes] | _Each[bytes] = _VARINTS
        lengths: list[bytes] | _Each[bytes] = _LENGTHS
        places: list[bytes] | _Each[bytes] = _PLACES
        framed: list[int] | _Each[int] = _FRAMED
        add = self._parts.extend
        offset = first = self._count
        size, value_bytes = self._size, self.value_bytes
        for key, value in records:
            key_bytes, bytes_here = len(key), len(value)
            if offset + key_bytes + bytes_here >= LONG - FRAME:
                varints, lengths, places, framed = _Each(_varint), _Each(_length), _Each(_place), _Each(_framed)
            place = places[offset]
            length = 1 + len(place) + framed[key_bytes] + framed[bytes_here]  # with its end
            size += length + 5
            if size > self._max_bytes and offset:
                self._closed = True
                break
            add((lengths[length], place, varints[key_bytes], key, varints[bytes_here], value))
            value_bytes += bytes_here
            offset += 1
        self._size, self.value_bytes = size, value_bytes
        self._count = offset
        return offset - first

    def close(self) -> None:
        self._closed = True

    def closed(self) -> bool:
        return self._closed

    def record_count(self) -> int:
        return self._count

    def size(self) -> int:
        return self._size

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._producer = (producer_id, producer_epoch, base_sequence)

    def _build(self) -> bytes:
        if self._buffer is None:
            self._closed = True
            self._parts[0] = self._parts[0][1:]  # before the first there is no record
            self._parts.append(b"\0")
            checked = CHECKED.pack(
                ZSTD, self._count - 1, self._timestamp, self._timestamp, *self._producer, self._count
            ) + self._compress(b"".join(self._parts))
            self._parts = []
            length = HEAD.size + len(checked) - BEFORE_LENGTH
            self._buffer = HEAD.pack(0, length, -1, 2, calc_crc32c(checked)) + checked
        return self._buffer
