"""Which sessions a question is about, beyond its project and period: its filters as SQL and parameters.

The text is put together from our own words; whatever was asked with comes in as parameters.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.api.condition import read_condition
from services.api.sql import fragment, statement

CONTEXT = ("device", "browser", "os", "country", "referrer_class", "source", "medium", "campaign", "click_id")
COLUMNS = ("job", "stage", "journey_version", *CONTEXT)
"""What sessions keep of themselves and are filtered by."""
SEGMENT = "segment"
VISITORS = "visitors"


class Filters(Protocol):
    """What may be asked for; '' asks for nothing."""

    @property
    def visitors(self) -> str: ...
    @property
    def segment(self) -> str: ...
    @property
    def where(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Scope:
    """Filters as lines of a WHERE over sessions, and what sessions are told apart by."""

    filters: str = ""
    part: str = "''"
    fragments: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    apart: str = ""
    """The name of what sessions are told apart by."""
    columns: Mapping[str, str] | None = field(default_factory=dict)
    """All that it filters by, where that is nothing but columns of sessions."""


def scope_of(question: Filters, part: str = "") -> Scope:
    """What was asked for; `part` is the column that sessions are told apart by."""
    columns = {name: getattr(question, name) for name in COLUMNS if getattr(question, name)}
    lines = [f"            AND {name} = {{{name}:String}}\n" for name in columns]
    parameters: dict[str, object] = dict(columns)
    if question.visitors:
        lines.append(f"            AND\n{part_of(VISITORS)} = {{visitors:String}}\n")
        parameters["visitors"] = question.visitors
    if question.segment:
        lines.append(_said(f"{fragment('said_of_segment').strip()} = {{segment:String}}\n"))
        parameters["segment"] = question.segment
    for number, given in enumerate(question.where):
        name, condition = f"where{number}", read_condition(given)
        lines.append(_said(condition.text(name)))
        parameters |= condition.parameters(name)
    only_columns = len(lines) == len(columns)
    scope = Scope("".join(lines), parameters=parameters, columns=columns if only_columns else None)
    return apart_by(scope, part)


def apart_by(scope: Scope, part: str) -> Scope:
    """The same sessions, told apart by a column of theirs, or by what their visitor was: new, or last said to be of."""
    fragments = {"scoped_sessions": "scoped_sessions_by_segment"} if part == SEGMENT else {}
    return replace(scope, part=part_of(part), fragments=fragments, apart=part)


def only_parts(scope: Scope, values: Sequence[str]) -> Scope:
    """Only sessions of these values of what they are told apart by."""
    known = f"            AND {scope.part} IN {{parts:Array(String)}}\n"
    parameters = {**scope.parameters, "parts": list(values)}
    return replace(scope, filters=scope.filters + known, parameters=parameters, columns=None)


def of_a_job(scope: Scope) -> Scope:
    """Only sessions whose job is known."""
    known = "            AND job NOT IN ('', 'unassigned')\n"
    return replace(scope, filters=scope.filters + known, columns=None)


SEARCHED = ("name", "path", "title", "url", "props")


def searched(scope: Scope, text: str) -> Scope:
    """Only sessions in which some event has a text somewhere, in either way in which JSON may spell it."""
    spellings = {"text": text, "text_escaped": json.dumps(text)[1:-1], "text_quoted": _quoted(text)}
    looked_for = [f"{{{name}:String}}" for name in spellings]
    condition = " OR ".join(
        f"positionCaseInsensitiveUTF8({column}, {one}) > 0"
        for column in SEARCHED
        for one in (looked_for if column == "props" else looked_for[:1])
    )
    parameters = {**scope.parameters, **spellings}
    return replace(scope, filters=scope.filters + _said(condition), parameters=parameters, columns=None)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def part_of(column: str) -> str:
    """What sessions are told apart by, as SQL; '' for nothing."""
    if column == SEGMENT:
        return "segment"
    if column == VISITORS:
        return statement("new_or_returning", {}).rstrip()
    if column and column not in COLUMNS:
        raise ValueError(f"{column!r} is nothing that sessions keep; one of {', '.join(COLUMNS)} is")
    return f"toString({column})" if column else "''"


def _said(condition: str) -> str:
    return fragment("filter_said").replace("-- condition", condition.strip())
