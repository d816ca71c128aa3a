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

BAR = 10
LONGEST_CELL = 40
SHORT_CELL = 16
"""Of a text, where not all columns have room."""
PADDING = 3
MIDDLES = ("_share", "_estimate", "_score", "_ratio")
"""How the number is called that `_low` and `_high` are the ends of."""
SORTED_BY = {"lost_conversions", "opportunity_opportunity"}
"""By what an answer's rows are in order, which nobody would understand without it."""
ORDER, OF_WHAT, WITH_INTERVAL, COUNTED, LISTED = range(5)
"""Which columns are shown first: what rows are sorted by, texts before any number, which say what a row is of, others
with an interval, others, lists."""
MONEY = {"value", "worth"}
"""Words in the names of columns of money; it is in the row's currency."""

Row = Mapping[str, str]


def show_answer(title: str, table: str, console: Console) -> None:
    """Print an answer's CSV as a table, without the columns that say nothing and those beyond the edge."""
    show_rows(title, list(csv.DictReader(StringIO(table))), console)


def show_document(title: str, document: Mapping[str, Any], console: Console) -> None:
    """Print an answer that is no table: what it says once, then its lists."""
    console.print(title)
    once = Table.grid(padding=(0, 2))
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

    @property
    def width(self) -> int:
        return max(len(self.heading), *(cell.cell_len for cell in self.cells)) + PADDING

    def shortened(self) -> "Column":
        """With long texts cut."""
        return replace(self, cells=[_cut(cell, SHORT_CELL) if self.rank == OF_WHAT else cell for cell in self.cells])


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
        shown.add_column(column.heading, justify="right" if column.is_numeric else "left", no_wrap=True)
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
        write = _share if name.endswith("share") else _estimate
        rank = ORDER if stem in SORTED_BY else WITH_INTERVAL
        return Column(stem.replace("_", " "), [write(name, row) for row in rows], rank, is_numeric=True)
    cells = [_cell(row[name], _unit(name, row)) for row in rows]
    rank = LISTED if any(row[name].startswith(("[", "{")) for row in rows) else OF_WHAT if is_first else COUNTED
    return Column(name.replace("_", " "), cells, rank, _is_numeric(name, rows))


def _stem(name: str, row: Row) -> str | None:
    """What a number with an interval is of, None where it has none.

    >>> row = dict.fromkeys(["rate_share", "rate_low", "rate_high", "share_share", "share_low", "share_high", "steps"])
    >>> _stem("rate_share", row), _stem("share_share", row), _stem("steps", row)
    ('rate', 'share', None)
    """
    stem = name.rpartition("_")[0]
    return stem if name.endswith(MIDDLES) and f"{stem}_low" in row and f"{stem}_high" in row else None


def _unit(name: str, row: Row) -> str:
    """What a number is counted in, where that is no number of things.

    >>> _unit("median_seconds", {}), _unit("lost_value_low", {"currency": "EUR"}), _unit("seconds_timed", {})
    ('s', 'EUR', '')
    """
    parts = set(name.split("_"))
    if "timed" in parts:
        return ""  # of how many there are seconds
    return "s" if "seconds" in parts else row.get("currency", "") if parts & MONEY else ""


def _says_something(name: str, rows: Sequence[Row]) -> bool:
    """Not where all is empty or nought, and not the ends of an interval, which stand beside what they are of."""
    stem, _, end = name.rpartition("_")
    is_end = end in {"low", "high"} and any(f"{stem}{middle}" in rows[0] for middle in MIDDLES)
    return not is_end and any(row[name] not in {"", "0", "0.0", "false"} for row in rows)


def _share(name: str, row: Row) -> Text:
    if not row[name]:
        return Text()
    share, low, high = (row.get(f"{name[:-5]}{part}", "") for part in ("share", "low", "high"))
    interval = f" ({float(low):.0%}-{float(high):.0%})" if low and high else ""
    bar = "█" * round(BAR * min(max(float(share), 0.0), 1.0))
    return Text.assemble(f"{float(share):.1%}{interval} ", (f"{bar:<{BAR}}", "cyan"))


def _estimate(name: str, row: Row) -> Text:
    if not row[name]:
        return Text()
    stem = name.rpartition("_")[0]
    middle, low, high = (_number(row[one]) for one in (name, f"{stem}_low", f"{stem}_high"))
    return Text(f"{middle} ({low} to {high}) {_unit(name, row)}".rstrip())


def _cell(value: str, unit: str) -> Text:
    if value and (unit or "." in value) and _is_number(value):
        return Text(f"{_number(value)} {unit}".rstrip())
    return _cut(Text(value), LONGEST_CELL)


def _number(value: str) -> str:
    """As many digits as say something.

    >>> _number("1640.0"), _number("0.0312"), _number("18.236"), _number("3.2e-12")
    ('1,640', '0.031', '18.24', '3e-12')
    """
    number = float(value)
    if 0 < abs(number) < 0.0005:
        return f"{number:.0e}"
    digits = 0 if abs(number) >= 100 else 2 if abs(number) >= 1 else 3
    return f"{number:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{number:,.0f}"


def _cut(text: Text, longest: int) -> Text:
    return text if text.cell_len <= longest else Text(f"{text.plain[: longest - 1]}…")


def _is_numeric(name: str, rows: Sequence[Row]) -> bool:
    return all(_is_number(row[name]) for row in rows)


def _is_number(text: str) -> bool:
    try:
        float(text or 0)
    except ValueError:
        return False
    return True
