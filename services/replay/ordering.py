"""Events of a file of any order and size → the order of time, within bounded memory."""

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple, Self

import msgspec

from services.replay.message import Outgoing

_RUN_EVENTS = 300_000  # about 150 MB; a longer file is sorted in runs of so many, on disk
_BLOCK_EVENTS = 1_000

_ENCODER = msgspec.msgpack.Encoder()


class Numbered(NamedTuple):
    """An event with its line: at equal times the file's order holds."""

    at: int
    line: int
    visitor: str
    body: bytes


_DECODER = msgspec.msgpack.Decoder(list[Numbered])


class TimeOrder:
    """Takes events in any order and hands them out by time; beyond one run they wait in a temporary folder."""

    def __init__(self, run_events: int = _RUN_EVENTS) -> None:
        self._run_events = run_events
        self._run: list[Numbered] = []
        self._spilled: list[IO[bytes]] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._spilled:
            file.close()

    def add(self, event: Numbered) -> None:
        self._run.append(event)
        self.count += 1
        if len(self._run) >= self._run_events:
            self._spill()

    def in_order(self) -> Iterator[Outgoing]:
        """Every event added, by time. Call once."""
        self._run.sort()
        runs: list[Iterable[Numbered]] = [_read(file) for file in self._spilled]
        for event in heapq.merge(*runs, self._run):
            yield Outgoing(event.at, event.visitor, event.body)

    def _spill(self) -> None:
        self._run.sort()
        file = tempfile.TemporaryFile(prefix="desireline-")  # noqa: SIM115 -- open until all runs are merged
        self._spilled.append(file)
        for start in range(0, len(self._run), _BLOCK_EVENTS):
            block = _ENCODER.encode(self._run[start : start + _BLOCK_EVENTS])
            file.write(len(block).to_bytes(4, "big") + block)
        self._run.clear()


def _read(file: IO[bytes]) -> Iterator[Numbered]:
    file.seek(0)
    while size := file.read(4):
        yield from _DECODER.decode(file.read(int.from_bytes(size, "big")))
