"""What stands in one cell of a table: numbers with their units and intervals, times, shares with a bar, texts."""

from collections.abc import Mapping

from rich.text import Text

BAR = 10
MONEY = {"value", "worth"}
"""Words in the names of columns of money; it is in the row's currency."""

Row = Mapping[str, str]


def share(name: str, row: Row) -> Text:
    if not row[name]:
        return Text()
    share, low, high = (row.get(f"{name[:-5]}{part}", "") for part in ("share", "low", "high"))
    interval = f" ({float(low):.0%}-{float(high):.0%})" if low and high else ""
    bar = "█" * round(BAR * min(max(float(share), 0.0), 1.0))
    return Text.assemble(f"{float(share):.1%}{interval} ", (f"{bar:<{BAR}}", "cyan"))


def estimate(name: str, row: Row) -> Text:
    if not row[name]:
        return Text()
    stem = name.rpartition("_")[0]
    middle, low, high = (number_of(row[one]) for one in (name, f"{stem}_low", f"{stem}_high"))
    return Text(f"{middle} ({low} to {high}) {unit_of(name, row)}".rstrip())


def cell(value: str, unit: str) -> Text:
    if value and (unit or "." in value) and is_number(value):
        return Text(lasting(float(value)) if unit == "s" else f"{number_of(value)} {unit}".rstrip())
    return Text(value)


def unit_of(name: str, row: Row) -> str:
    """What a number is counted in, where that is no number of things.

    >>> unit_of("median_seconds", {}), unit_of("lost_value_low", {"currency": "EUR"}), unit_of("seconds_timed", {})
    ('s', 'EUR', '')
    """
    parts = set(name.split("_"))
    if "timed" in parts:
        return ""  # of how many there are seconds
    return "s" if "seconds" in parts else row.get("currency", "") if parts & MONEY else ""


def lasting(seconds: float) -> str:
    """A time in the unit in which it is told apart best.

    >>> lasting(90), lasting(1_500), lasting(339_202)
    ('90 s', '25 min', '3.93 d')
    """
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if abs(seconds) >= 2 * length:
            return f"{number_of(str(seconds / length))} {unit}"
    return f"{number_of(str(seconds))} s"


def number_of(value: str) -> str:
    """As many digits as say something.

    >>> number_of("1640.0"), number_of("0.0312"), number_of("18.236"), number_of("3.2e-12")
    ('1,640', '0.031', '18.24', '3e-12')
    """
    number = float(value)
    if 0 < abs(number) < 0.0005:
        return f"{number:.0e}"
    digits = 0 if abs(number) >= 100 else 2 if abs(number) >= 1 else 3
    return f"{number:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{number:,.0f}"


def cut(text: Text, longest: int) -> Text:
    return text if text.cell_len <= longest else Text(f"{text.plain[: longest - 1]}…")


def is_number(text: str) -> bool:
    try:
        float(text or 0)
    except ValueError:
        return False
    return True
