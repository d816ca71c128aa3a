"""The bytes of a recorded file: decompressed, cut into numbered lines, however broken they are."""

import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LONGEST = 1 << 20  # far beyond what ingest takes of one event; a file without line ends must not fill the memory
_GZIP, _ZSTD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"


class Broken(NamedTuple):
    """A line that cannot be an event, and why."""

    line: int
    reason: str


class Line(NamedTuple):
    """One line with its number, from 1; its end is kept."""

    number: int
    text: str


def file_hash(path: Path) -> str:
    """A short name of the file's very bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()


def starts_with(path: Path) -> bytes:
    """The first bytes as they lie on the disk."""
    with path.open("rb") as file:
        return file.read(4)


def read(raw: IO[bytes]) -> Iterator[Line | Broken]:
    """Lines of an opened file, decompressed by its first bytes. Damage ends the file, named like a broken line."""
    number = 0
    try:
        stream = _decompressed(raw)
        while data := stream.readline(_LONGEST):
            number += 1
            if len(data) == _LONGEST:
                _skip_line(stream)
                yield Broken(number, f"longer than {_LONGEST} bytes")
                continue
            yield _decode(number, data)
    except (EOFError, OSError, zlib.error, zstd.ZstdError) as error:
        yield Broken(number + 1, f"the file is damaged from here on: {error}")


def _decode(number: int, data: bytes) -> Line | Broken:
    try:
        return Line(number, data.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        return Broken(number, f"not UTF-8 at byte {error.start + 1}")


def _skip_line(stream: IO[bytes]) -> None:
    while (data := stream.readline(_LONGEST)) and not data.endswith(b"\n"):
        pass


def _decompressed(raw: IO[bytes]) -> IO[bytes]:
    magic = raw.read(4)
    raw.seek(0)
    if magic.startswith(_GZIP):
        return gzip.open(raw)  # type: ignore[return-value]  # GzipFile is an IO[bytes] in all but its stub
    if magic == _ZSTD:
        return zstd.open(raw)  # type: ignore[return-value]  # likewise
    return raw
