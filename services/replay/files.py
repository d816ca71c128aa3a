"""Recorded files → rows: CSV, NDJSON and Parquet, told apart by their content."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from services.replay.lines import PARQUET, Broken, Line, read, starts_with
from services.replay.mapping import Mapping

_DELIMITERS = ",;\t|"
_LONGEST_CELL_LINES = 50  # a quote that is still open after so many lines was never meant to be one
_SLICE_ROWS = 50_000


class Row(NamedTuple):
    """One row with its number: the line in a text file, the row in a Parquet file, from 1."""

    line: int
    cells: dict[str, Any]


class RecordedFile:
    """A file of events, read once from start to end. `done` of `size` says how far that is."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self._path = path
        self._mapping = mapping
        self._raw: IO[bytes] | None = None
        self.size = path.stat().st_size
        self._done = 0

    @property
    def done(self) -> int:
        return self._done if self._raw is None else self._raw.tell()

    def rows(self) -> Iterator[Row | Broken]:
        """Every row or what is wrong with it. Raises MappingError where a mapped column is missing."""
        if starts_with(self._path) == PARQUET:
            yield from self._parquet()
        else:
            with self._path.open("rb") as self._raw:
                yield from self._text(read(self._raw))
                self._done = self.size
            self._raw = None

    def _text(self, lines: Iterator[Line | Broken]) -> Iterator[Row | Broken]:
        for first in lines:
            if isinstance(first, Line) and first.text.strip():
                if first.text.lstrip().startswith("{"):
                    return (yield from _ndjson(first, lines))
                return (yield from self._csv(first, lines))
            if isinstance(first, Broken):
                yield first

    def _csv(self, header: Line, lines: Iterator[Line | Broken]) -> Iterator[Row | Broken]:
        delimiter = max(_DELIMITERS, key=header.text.count)
        names = next(csv.reader((header.text,), delimiter=delimiter))
        self._mapping.check(names)
        yield from _csv_rows(names, delimiter, lines)

    def _parquet(self) -> Iterator[Row | Broken]:
        import polars  # here, as it takes a second to load and most files are text

        frame = polars.scan_parquet(self._path)
        self._mapping.check(frame.collect_schema().names())
        total = frame.select(polars.len()).collect().item()
        for offset in range(0, total, _SLICE_ROWS):
            part = frame.slice(offset, _SLICE_ROWS).collect()
            for number, cells in enumerate(part.iter_rows(named=True), offset + 1):
                yield Row(number, cells)
            self._done = self.size * min(offset + _SLICE_ROWS, total) // total


def _ndjson(first: Line, lines: Iterator[Line | Broken]) -> Iterator[Row | Broken]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    line: Line | Broken | None = first
    while line is not None:
        if isinstance(line, Broken):
            yield line
        elif line.text.strip():
            try:
                yield Row(line.number, decode(line.text))
            except (msgspec.DecodeError, RecursionError) as error:
                yield Broken(line.number, f"no JSON object: {error}")
        line = next(lines, None)


def _csv_rows(names: list[str], delimiter: str, lines: Iterator[Line | Broken]) -> Iterator[Row | Broken]:
    """Rows line by line, where a quoted cell may span some; a stray quote spoils its own line and no other."""
    given_back: deque[Line | Broken] = deque()
    while (line := given_back.popleft() if given_back else next(lines, None)) is not None:
        if isinstance(line, Broken):
            yield line
            continue
        if not line.text.strip():
            continue
        text = line.text
        more: list[Line | Broken] = []
        while text.count('"') % 2 and len(more) < _LONGEST_CELL_LINES:
            following = given_back.popleft() if given_back else next(lines, None)
            if following is None:
                break
            more.append(following)
            if isinstance(following, Broken):
                break
            text += following.text
        row = _csv_row(line.number, names, text, delimiter)
        if isinstance(row, Broken):
            given_back.extendleft(reversed(more))
        yield row


def _csv_row(number: int, names: list[str], text: str, delimiter: str) -> Row | Broken:
    if text.count('"') % 2:
        return Broken(number, "a quote that is never closed")
    try:
        cells = next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    except csv.Error as error:
        return Broken(number, f"no CSV: {error}")
    if len(cells) != len(names):
        return Broken(number, f"{len(cells)} cells where the header names {len(names)}")
    return Row(number, dict(zip(names, cells, strict=True)))
