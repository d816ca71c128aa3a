"""Which column of a file is what (`--map visitor=…,time=…,event=…`), and a row → the event to post."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from services.replay import message
from services.replay.message import Outgoing
from services.replay.times import TimeUnit, milliseconds, rfc3339

REQUIRED = ("visitor", "time", "event")
OPTIONAL = ("id", "user", "path", "value")

# Leading zeros and more digits than a float holds stay text: they name something rather than count it.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")


class MappingError(Exception):
    """A `--map` that cannot be used with this file; the message says why and what to write."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """The column for each of our fields. In JSON, `user.id` reaches into an object."""

    visitor: str
    time: str
    event: str
    id: str = ""
    user: str = ""
    path: str = ""
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> "Mapping":
        """`visitor=user_id,time=ts,event=type` → Mapping. Raises MappingError."""
        fields: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            field, equals, column = (piece.strip() for piece in part.partition("="))
            if not equals or not column or field not in REQUIRED + OPTIONAL:
                known = ", ".join(REQUIRED + OPTIONAL)
                raise MappingError(f"--map: {part!r} is not FIELD=COLUMN with a field out of {known}.")
            if field in fields:
                raise MappingError(f"--map: {field} is given twice.")
            fields[field] = column
        if missing := [field for field in REQUIRED if field not in fields]:
            raise MappingError(f"--map: {', '.join(missing)} missing; give visitor=…,time=…,event=….")
        return cls(**fields)

    def columns(self) -> list[str]:
        """Every column named."""
        return [column for field in REQUIRED + OPTIONAL if (column := getattr(self, field))]

    def check(self, header: list[str]) -> None:
        """Raises MappingError where the file has no such column."""
        for column in self.columns():
            if column not in header:
                raise MappingError(f"--map: the file has no column {column!r}; it has {', '.join(header)}.")


class Converter:
    """Turns rows of one file into events. An event without an id gets one from the file's hash and its line."""

    def __init__(self, mapping: Mapping, file_hash: str, unit: TimeUnit | None = None) -> None:
        self._mapping = mapping
        self._hash = file_hash
        self._unit = unit
        self._taken = frozenset(mapping.columns())

    def convert(self, line: int, row: dict[str, Any]) -> Outgoing:
        """One event. Raises ValueError with the reason where the row cannot be one."""
        mapping = self._mapping
        at = milliseconds(_find(row, mapping.time), self._unit)
        visitor = _text(row, mapping.visitor, "visitor")
        name = _text(row, mapping.event, "event")
        is_page = name == "page"
        call = message.Message(
            type="page" if is_page else "track",
            event="" if is_page else name,
            anonymous_id=visitor,
            user_id=_optional(row, mapping.user),
            # Padded, so that ties at equal times fall in the file's order.
            message_id=_optional(row, mapping.id) or f"{self._hash}-{line:010}",
            timestamp=rfc3339(at),
            properties=self._properties(row),
            context=_context(_optional(row, mapping.path)),
        )
        try:
            return Outgoing(at, visitor, message.encode(call))
        except (TypeError, UnicodeEncodeError, msgspec.EncodeError) as error:
            raise ValueError(f"cannot be written as JSON: {error}") from None

    def _properties(self, row: dict[str, Any]) -> dict[str, Any]:
        props = {
            name: _typed(value)
            for name, value in row.items()
            if name not in self._taken and value is not None and value != ""
        }
        if self._mapping.value and (value := _find(row, self._mapping.value)) not in (None, ""):
            props["value"] = _amount(value)
        return props


def _find(row: dict[str, Any], column: str) -> Any:
    if column in row or "." not in column:
        return row.get(column)
    found: Any = row
    for name in column.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _text(row: dict[str, Any], column: str, field: str) -> str:
    text = _optional(row, column)
    if not text:
        raise ValueError(f"no {field}")
    return text


def _optional(row: dict[str, Any], column: str) -> str:
    value = _find(row, column) if column else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{column} is neither a text nor a number")
    return str(value).strip()


def _typed(value: Any) -> Any:
    """A text cell that counts something becomes a number, so that rules can compare it."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def _amount(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"value {value!r} is no number") from None


def _context(path: str) -> dict[str, Any]:
    if "://" in path:
        return {"page": {"url": path, "path": urlsplit(path).path}}
    return {"page": {"path": path}} if path else {}
