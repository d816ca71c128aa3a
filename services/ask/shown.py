"""Answers in a terminal: a table of what there is to say and room for, with a bar beside each share."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

BAR = 10
LONGEST_CELL = 40
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


def show_rows(title: str, rows: Sequence[Row], console: Console) -> None:
    """Print rows that have the same columns."""
    if not rows:
        console.print(f"{title}: nothing.")
        return
    columns = [_column(name, rows) for name in rows[0] if _says_something(name, rows) and name != "currency"]
    shown = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", padding=(0, 1))
    room, left = console.width, len(columns)
    fitting: list[list[Text]] = []
    for name, cells in columns:
        room -= max(len(name), *(cell.cell_len for cell in cells)) + 2
        if room < 0 and fitting:
            break
        fitting.append(cells)
        shown.add_column(name.replace("_", " "), justify="right" if _is_numeric(name, rows) else "left", no_wrap=True)
        left -= 1
    for cells_of_row in zip(*fitting, strict=True):
        shown.add_row(*cells_of_row)
    console.print(shown)
    if left:
        console.print(f"{left} more columns: see --csv or --json.", style="dim")


def _column(name: str, rows: Sequence[Row]) -> tuple[str, list[Text]]:
    is_share = name.endswith("share") and _is_numeric(name, rows)
    return name, [_share(name, row) if is_share else _cell(row[name], _unit(name, row)) for row in rows]


def _unit(name: str, row: Row) -> str:
    """What a number is counted in, where that is no number of things.

    >>> _unit("median_seconds", {}), _unit("lost_value_low", {"currency": "EUR"}), _unit("sessions", {})
    ('s', 'EUR', '')
    """
    parts = set(name.split("_"))
    return "s" if "seconds" in parts else row.get("currency", "") if parts & MONEY else ""


def _says_something(name: str, rows: Sequence[Row]) -> bool:
    """Not where all is empty or nought, and not the ends of an interval, which stand beside their share."""
    is_end = any(name == f"{one[:-5]}{end}" for one in rows[0] if one.endswith("share") for end in ("low", "high"))
    return not is_end and any(row[name] not in {"", "0", "0.0", "false"} for row in rows)


def _share(name: str, row: Row) -> Text:
    if not row[name]:
        return Text()
    share, low, high = (row.get(f"{name[:-5]}{part}", "") for part in ("share", "low", "high"))
    interval = f" ({float(low):.0%}-{float(high):.0%})" if low and high else ""
    bar = "█" * round(BAR * min(max(float(share), 0.0), 1.0))
    return Text.assemble(f"{float(share):.1%}{interval} ", (f"{bar:<{BAR}}", "cyan"))


def _cell(value: str, unit: str) -> Text:
    if value and (unit or "." in value) and _is_number(value):
        number = f"{float(value):,.2f}".rstrip("0").rstrip(".")
        return Text(f"{number} {unit}".rstrip())
    return Text(value if len(value) <= LONGEST_CELL else f"{value[: LONGEST_CELL - 1]}…")


def _is_numeric(name: str, rows: Sequence[Row]) -> bool:
    return all(_is_number(row[name]) for row in rows)


def _is_number(text: str) -> bool:
    try:
        float(text or 0)
    except ValueError:
        return False
    return True
