"""A condition on events, `field:operator:value`: read into SQL in which every name and every value is a parameter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

COLUMNS = ("name", "type", "path", "url", "referrer", "title")
OBJECTS = ("props", "context")
LONGEST = 1_000
DEEPEST = 8

# `{said}` is what the event says there as text ('' where it says nothing), `{value}` what is asked for.
TEXT = {
    "eq": "{said} = {value}",
    "ne": "{said} NOT IN ('', {value})",
    "contains": "positionCaseInsensitiveUTF8({said}, {value}) > 0",
}
NUMBERS = {
    "gt": "ifNull(toFloat64OrNull({said}) > {value}, false)",
    "gte": "ifNull(toFloat64OrNull({said}) >= {value}, false)",
    "lt": "ifNull(toFloat64OrNull({said}) < {value}, false)",
    "lte": "ifNull(toFloat64OrNull({said}) <= {value}, false)",
}
EXISTS = "{said} != ''"
OPERATORS = (*TEXT, *NUMBERS, "exists")

_COLON = re.compile(r"(?<!\\):")
_DOT = re.compile(r"(?<!\\)\.")


@dataclass(frozen=True)
class Condition:
    """What an event must say. `text(name)` and `parameters(name)` go together."""

    column: str
    keys: tuple[str, ...]
    operator: str
    value: str | float

    def text(self, name: str) -> str:
        """SQL over a row of `events`, made of our own words only; `name` keeps its parameters apart from others."""
        kind = "Float64" if self.operator in NUMBERS else "String"
        form = {**TEXT, **NUMBERS}.get(self.operator, EXISTS)
        return form.format(said=self._said(name), value=f"{{{name}:{kind}}}")

    def parameters(self, name: str) -> dict[str, str | float]:
        """For this SQL."""
        keys: dict[str, str | float] = {f"{name}_{depth}": key for depth, key in enumerate(self.keys)}
        return keys if self.operator == "exists" else keys | {name: self.value}

    def _said(self, name: str) -> str:
        if not self.keys:
            return self.column
        place = ", ".join([self.column, *(f"{{{name}_{depth}:String}}" for depth in range(len(self.keys)))])
        return (
            f"multiIf(JSONType({place}) = 'String', JSONExtractString({place}),"
            f" JSONType({place}) = 'Null', '', JSONExtractRaw({place}))"
        )


def read_condition(given: str) -> Condition:
    """A condition as written. Raises ValueError with what is wrong and what to write.

    >>> read_condition("props.plan:eq:pro")
    Condition(column='props', keys=('plan',), operator='eq', value='pro')
    >>> read_condition("props.a\\\\.b:gt:5")
    Condition(column='props', keys=('a.b',), operator='gt', value=5.0)
    """
    if len(given) > LONGEST:
        raise ValueError(f"a condition may have {LONGEST} characters at most")
    field, operator, value = (*_COLON.split(given, maxsplit=2), "", "")[:3]
    column, *keys = _spelt(field)
    if column not in COLUMNS + OBJECTS or bool(keys) != (column in OBJECTS) or not all(keys) or len(keys) > DEEPEST:
        raise ValueError(
            f"{field!r} is no field of events; write props.NAME, context.NAME or one of {', '.join(COLUMNS)}"
        )
    if operator not in OPERATORS:
        raise ValueError(f"{operator!r} is no operator; write FIELD:OPERATOR:VALUE with one of {', '.join(OPERATORS)}")
    return Condition(column, tuple(keys), operator, _number(value) if operator in NUMBERS else value)


def checked_condition(given: str) -> str:
    """The same text, if it can be read."""
    read_condition(given)
    return given


def _spelt(field: str) -> Iterator[str]:
    """The parts of a dotted name, in which a backslash lets a dot or a colon be part of a name."""
    return (re.sub(r"\\([.:])", r"\1", part) for part in _DOT.split(field))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise ValueError(f"{text!r} is no number to compare with")
    return number
