"""Mistakes in a journey file, in words: the key, what is wrong with it, and what to write instead."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import ValidationError

from services.core.journey_schema import Schema
from services.core.part import NAME_PATTERN, NAME_SPELLING

Key = tuple[str | int, ...]

_KEYS, _LIST, _TEXT = "keys of its own", "a list", "a text"
_NEEDS = {
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "dict_type": _KEYS,
    "tuple_type": _LIST,
    "string_type": _TEXT,
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}
_WANTING = {"missing": "is required but not given", "string_too_short": "says too little", "too_short": "is empty"}
_BOUNDS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}
_QUOTED = re.compile("'([^']*)'")
_LONGEST_SHOWN = 40
"""Characters of what was written, in a message."""
_WHOLE = "`journey`, a name, and `stages`"


class Mistake(NamedTuple):
    """One mistake, and the key at which it stands."""

    key: Key
    words: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.key)) or 'the file'}: {self.words}"


def mistakes(error: ValidationError, schema: Schema, inside: Key = ()) -> list[Mistake]:
    """What pydantic found, each key once, explained by the schema. `inside` is where the model stands in the file."""
    found = error.errors()
    made: dict[Key, Mistake] = {}
    for one in found:
        inner = [other for other in found if other is not one and other["loc"][: len(one["loc"])] == one["loc"]]
        if one["type"] == "too_short" and inner:
            continue  # it is too short only because what it holds is mistaken
        key = _known(schema, (*inside, *one["loc"]), one["type"])
        made.setdefault(key, Mistake(key, _in_words(one, key, schema)))
    return list(made.values())


def unknown(name: str, known: list[str]) -> str:
    """What to say of a name that there is not."""
    close = get_close_matches(name, known, n=1)
    meant = f"did you mean `{close[0]}`? " if close else ""
    return f"{meant}there are {', '.join(sorted(known))}"


def _known(schema: Schema, key: Key, kind: str) -> Key:
    """The key as it stands in the file, without the names that pydantic gives to the members of a union."""
    last = len(key) - 1
    return tuple(
        part
        for place, part in enumerate(key)
        if (kind == "extra_forbidden" and place == last) or _at(schema, key[: place + 1]) is not None
    )


def _in_words(error: Mapping[str, Any], key: Key, schema: Schema) -> str:
    if error["type"] == "extra_forbidden":
        known = _properties(schema, _at(schema, key[:-1]) or schema)
        return f"unknown key; take it out, or check its spelling: {unknown(str(key[-1]), known)}"
    if not key and error["type"] in _NEEDS:
        return f"needs {_KEYS}: {_WHOLE}"
    if key[-2:-1] == ("friction",) and isinstance(error["input"], bool):
        return f"needs settings, such as `{key[-1]}: {{}}`; off is what has no line under the journey's `friction`"
    return _of_value(error, key, _at(schema, key) or {})


def _of_value(error: Mapping[str, Any], key: Key, node: Schema) -> str:
    kind, given = error["type"], error["input"]
    what, such_as = _begin_small(node.get("description", "")), _such_as(key, node)
    if kind in _NEEDS:
        return f"{_needed(error, node)}{such_as}{_given(given)}"
    if kind in _WANTING:
        return f"{_WANTING[kind]}: {what}{such_as}"
    if kind in _BOUNDS:
        return f"must be {_bound(error)}: {what}"
    if kind == "string_pattern_mismatch":
        fits = NAME_SPELLING if node.get("pattern") == NAME_PATTERN else what
        return f"{given!r} does not fit: {fits}{such_as}"
    if kind == "literal_error":
        return f"{_shown(given)} is none of these; {unknown(str(given), _QUOTED.findall(error['ctx']['expected']))}"
    return str(error["msg"]).removeprefix("Value error, ")


def _such_as(key: Key, node: Schema) -> str:
    examples = node.get("examples")
    return f", such as `{key[-1]}: {_written(examples[0])}`" if examples and key else ""


def _bound(error: Mapping[str, Any]) -> str:
    """Only durations are bounded by anything but a number, and only from below."""
    [bound] = error["ctx"].values()
    return f"{_BOUNDS[error['type']]} {bound:g}" if isinstance(bound, float | int) else "longer than nothing"


def _needed(error: Mapping[str, Any], node: Schema) -> str:
    needed, given = _NEEDS[error["type"]], error["input"]
    if needed == _LIST and any(one.get("type") == "string" for one in node.get("anyOf", ())):
        needed = f"{_TEXT} or a list of texts"
    is_misread = needed.startswith(_TEXT) and not isinstance(given, str | list | dict | None)
    return f"needs {needed}" + (", in quotes where YAML would read something else" if is_misread else "")


def _given(value: Any) -> str:
    return ", and nothing is given" if value is None else f", not {_shown(value)}"


def _shown(given: Any) -> str:
    """What was written, as far as it fits."""
    text = json.dumps(given, default=str, ensure_ascii=False)
    return f"`{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'}`"


def _begin_small(sentence: str) -> str:
    plain = sentence.rstrip(".")
    return plain[:1].lower() + plain[1:] if plain[1:2].islower() else plain


def _written(example: Any) -> str:
    """JSON is YAML, and fits in a line."""
    return example if isinstance(example, str) else json.dumps(example)


def _at(schema: Schema, key: Key) -> Schema | None:
    """What the schema says of a key, None where there is none."""
    node: Schema | None = schema
    for part in key:
        node = next((found for one in _options(schema, node or {}) if (found := _inner(one, part)) is not None), None)
        if node is None:
            return None
    return node


def _inner(node: Schema, part: str | int) -> Schema | None:
    if isinstance(part, int):
        items: Schema | None = node.get("items")
        return items
    if part in node.get("properties", {}):
        named: Schema = node["properties"][part]
        return named
    other = node.get("additionalProperties")
    return other if isinstance(other, dict) else None


def _options(schema: Schema, node: Schema) -> Iterator[Schema]:
    """What a node may be, references followed."""
    if "$ref" in node:
        yield from _options(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    for one in node.get("anyOf", []):
        yield from _options(schema, one)
    yield node


def _properties(schema: Schema, node: Schema) -> list[str]:
    return [name for one in _options(schema, node) for name in one.get("properties", {})]
