"""Which questions there are and what each takes, as the API's own document says; and the words of a command line."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ask.errors import CannotAsk

Parameters = Mapping[str, Mapping[str, Any]]


def questions_in(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Each question that has a table, by its name: the path after /v1."""
    asked = {path: methods["get"] for path, methods in document["paths"].items() if "get" in methods}
    return {path.removeprefix("/v1/"): one for path, one in asked.items() if _has_table(one)}


def _has_table(question: Mapping[str, Any]) -> bool:
    return "text/csv" in question["responses"].get("200", {}).get("content", {})


def taken_by(question: Mapping[str, Any]) -> Parameters:
    """What a question takes, by name."""
    return {one["name"]: one for one in question["parameters"]}


def read_words(words: Sequence[str], takes: Parameters) -> list[tuple[str, str]]:
    """`--steps browse,bought --counts-only` as parameters. Raises CannotAsk for what the question does not take."""
    given: list[tuple[str, str]] = []
    left = list(words)
    while left:
        name, equals, value = left.pop(0).partition("=")
        parameter = name.removeprefix("--").replace("-", "_")
        if not name.startswith("--") or parameter not in takes:
            raise CannotAsk(f"This question takes no {name!r}; it takes {', '.join(sorted(takes))}.")
        if not equals:
            is_flag = takes[parameter]["schema"].get("type") == "boolean"
            bare = is_flag or not left
            value = "true" if is_flag else "" if bare else left.pop(0)
        given.append((parameter, value))
    return given
