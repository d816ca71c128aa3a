"""Answers in a terminal: a table of what there is to say and room for, with a bar beside each share."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.ask.cell import Row, cell, cut, estimate, is_number, share, unit_of

LONGEST_CELL = 40
SHORT_CELL = 16
"""Of a text, where not all columns have room."""
IDS = {"id", "visitor", "user", "person", "session_id", "last_session", "annotation_id", "version", "journey_version"}
IDS |= {"examples", "evidence"}
"""What somebody copies, to ask on with: never cut, but told in several lines."""
PADDING = 3
MIDDLES = ("_share", "_estimate", "_score", "_ratio")
"""How the number is called that `_low` and `_high` are the ends of."""
SORTED_BY = {"lost_conversions", "opportunity_opportunity"}
"""By what an answer's rows are in order, which nobody would understand without it."""
ORDER, WHOSE, OF_WHAT, WITH_INTERVAL, COUNTED, LISTED = range(6)
"""Which columns are shown first: what rows are sorted by, ids and then other texts before any number, which say what a
row is of, others with an interval, others, lists."""


def show_answer(title: str, table: str, console: Console) -> None:
    """Print an answer's CSV as a table, without the columns that say nothing and those beyond the edge."""
    show_rows(title, list(csv.DictReader(StringIO(table))), console)


def show_document(title: str, document: Mapping[str, Any], console: Console) -> None:
    """Print an answer that is no table: what it says once, then its lists."""
    console.print(title)
    once = Table.grid(padding=(0, 2))
    once.add_column()
    once.add_column(overflow="fold")
    for name, value in flat(document).items():
        if value and not _is_list_of_rows(document.get(name)):
            once.add_row(name.replace("_", " "), Text(value))
    console.print(once)
    for name, value in document.items():
        if _is_list_of_rows(value):
            show_rows(name.replace("_", " "), [flat(row) for row in value], console)


def _is_list_of_rows(value: object) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(one, dict) for one in value)


def flat(row: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """What an answer's CSV would have in the columns of a row.

    >>> flat({"a": {"b": 1, "c": None}, "d": [1, 2], "e": True})
    {'a_b': '1', 'a_c': '', 'd': '[1,2]', 'e': 'true'}
    """
    cells: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= flat(value, f"{before}{name}_")
        elif isinstance(value, str):
            cells[before + name] = value
        else:
            cells[before + name] = "" if value is None else msgspec.json.encode(value).decode()
    return cells


@dataclass(frozen=True)
class Column:
    """A column of a table; the least in `rank` are shown first where not all have room."""

    heading: str
    cells: Sequence[Text]
    rank: int
    is_numeric: bool
    folds_at: int | None = None
    """Of ids: after how many letters another line begins."""

    @property
    def width(self) -> int:
        longest = max(cell.cell_len for cell in self.cells)
        return max(len(self.heading), min(longest, self.folds_at or longest)) + PADDING

    def shortened(self) -> "Column":
        """With long texts cut, and ids but for those that say whose a row is in more lines."""
        if self.rank != OF_WHAT:
            return self
        if self.folds_at:
            return replace(self, folds_at=SHORT_CELL)
        return replace(self, cells=[cut(cell, SHORT_CELL) for cell in self.cells])


def show_rows(title: str, rows: Sequence[Row], console: Console) -> None:
    """Print rows that have the same columns."""
    if not rows:
        console.print(f"{title}: nothing.")
        return
    names = [name for name in rows[0] if _says_something(name, rows) and name != "currency"]
    first_number = next((place for place, name in enumerate(names) if _is_numeric(name, rows)), len(names))
    columns = [_column(name, rows, is_first=place < first_number) for place, name in enumerate(names)]
    shown = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", padding=(0, 1))
    fitting = fitted(columns, console.width - 1)
    for column in fitting:
        shown.add_column(
            column.heading, justify="right" if column.is_numeric else "left", no_wrap=not column.folds_at,
            overflow="fold", max_width=column.width - PADDING,
        )  # fmt: skip
    for cells_of_row in zip(*(column.cells for column in fitting), strict=True):
        shown.add_row(*cells_of_row)
    console.print(shown)
    if len(fitting) < len(columns):
        console.print(f"{len(columns) - len(fitting)} more columns: see --csv or --json.", style="dim")


def fitted(columns: Sequence[Column], room: int) -> list[Column]:
    """Those there is room for, by their rank."""
    if sum(column.width for column in columns) > room:
        columns = [column.shortened() for column in columns]
    kept: set[int] = set()
    for place, column in sorted(enumerate(columns), key=lambda one: one[1].rank):
        if column.width <= room or not kept:
            kept.add(place)
            room -= column.width
    return [columns[place] for place in sorted(kept)]


def _column(name: str, rows: Sequence[Row], *, is_first: bool) -> Column:
    stem = _stem(name, rows[0])
    if stem is not None and _is_numeric(name, rows):
        write = share if name.endswith("share") else estimate
        rank = ORDER if stem in SORTED_BY else WITH_INTERVAL
        return Column(stem.replace("_", " "), [write(name, row) for row in rows], rank, is_numeric=True)
    cells = [cell(row[name], unit_of(name, row)) for row in rows]
    is_list = any(row[name].startswith(("[", "{")) for row in rows)
    is_whose = name == next((one for one in rows[0] if one in IDS), "")
    rank = LISTED if is_list else COUNTED if not is_first else WHOSE if is_whose else OF_WHAT
    if name in IDS:
        ids = [Text(row[name]) for row in rows]
        return Column(_heading(name), ids, rank, is_numeric=False, folds_at=LONGEST_CELL)
    return Column(_heading(name), [cut(one, LONGEST_CELL) for one in cells], rank, _is_numeric(name, rows))


def _heading(name: str) -> str:
    """A time is shown in whatever unit tells it best.

    >>> _heading("median_seconds"), _heading("seconds_timed"), _heading("sessions_each")
    ('median time', 'timed', 'sessions each')
    """
    return name.replace("seconds_timed", "timed").replace("seconds", "time").replace("_", " ")


def _stem(name: str, row: Row) -> str | None:
    """What a number with an interval is of, None where it has none.

    >>> row = dict.fromkeys(["rate_share", "rate_low", "rate_high", "share_share", "share_low", "share_high", "steps"])
    >>> _stem("rate_share", row), _stem("share_share", row), _stem("steps", row)
    ('rate', 'share', None)
    """
    stem = name.rpartition("_")[0]
    return stem if name.endswith(MIDDLES) and f"{stem}_low" in row and f"{stem}_high" in row else None


def _says_something(name: str, rows: Sequence[Row]) -> bool:
    """Not where all is empty or nought, and not the ends of an interval, which stand beside what they are of."""
    stem, _, end = name.rpartition("_")
    is_end = end in {"low", "high"} and any(f"{stem}{middle}" in rows[0] for middle in MIDDLES)
    return not is_end and any(row[name] not in {"", "0", "0.0", "false"} for row in rows)


def _is_numeric(name: str, rows: Sequence[Row]) -> bool:
    return all(is_number(row[name]) for row in rows)
