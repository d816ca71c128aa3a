"""Mistakes in a journey file, in words: the key, what is wrong with it, and what to write instead."""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import ValidationError

from services.core.journey_schema import Schema

Key = tuple[str | int, ...]

_KEYS, _LIST = "keys of its own", "a list"
_NEEDS = {"model_type": _KEYS, "model_attributes_type": _KEYS, "dict_type": _KEYS, "tuple_type": _LIST}
_WANTING = {"missing": "is required but not given", "string_too_short": "says too little"}


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
    kind = error["type"]
    if kind == "extra_forbidden":
        known = _properties(schema, _at(schema, key[:-1]) or schema)
        return f"unknown key; take it out, or check its spelling: {unknown(str(key[-1]), known)}"
    node = _at(schema, key) or {}
    examples = node.get("examples", [])
    such_as = f", such as `{key[-1] if key else ''}: {_written(examples[0])}`" if examples else ""
    what = _begin_small(node.get("description", ""))
    if kind in _NEEDS:
        return f"needs {_NEEDS[kind]}{such_as}"
    if kind in _WANTING:
        return f"{_WANTING[kind]}: {what}{such_as}"
    if kind == "string_pattern_mismatch":
        return f"{error['input']!r} does not fit: {what}{such_as}"
    return str(error["msg"]).removeprefix("Value error, ")


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
