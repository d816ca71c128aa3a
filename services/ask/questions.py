"""Which questions there are and what each takes, as the API's own document says; and the words of a command line."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from services.ask.errors import CannotAsk

Parameters = Mapping[str, Mapping[str, Any]]


ASKED = frozenset({"questions", "annotations", "alerts"})
"""What the API calls what a read key may ask; the rest is for admin keys, or for machines."""


def questions_in(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Each question by its name: the path after /v1. It may be about one thing: `sessions/{id}`."""
    asked = {path: methods["get"] for path, methods in document["paths"].items() if "get" in methods}
    return {path.removeprefix("/v1/"): one for path, one in asked.items() if _is_asked(one)}


def _is_asked(question: Mapping[str, Any]) -> bool:
    content = question["responses"].get("200", {}).get("content", {})
    return not ASKED.isdisjoint(question.get("tags", ())) and ("application/json" in content or has_table(question))


def has_table(question: Mapping[str, Any]) -> bool:
    """Whether its answer is also to be had as CSV."""
    return "text/csv" in question["responses"].get("200", {}).get("content", {})


def find_question(words: str, known: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """The question that was named, and its path; `sessions/9b1f` is `sessions/{id}`. Raises CannotAsk."""
    if words in known:
        return words, words
    kind, slash, one = words.partition("/")
    if slash and one and f"{kind}/{{id}}" in known:
        return f"{kind}/{{id}}", f"{kind}/{quote(one, safe='')}"
    raise CannotAsk(f"There is no question {words!r}; there are {', '.join(known)}.")


def taken_by(question: Mapping[str, Any]) -> Parameters:
    """What a question takes, by name."""
    return {one["name"]: one for one in question.get("parameters", ()) if one["in"] == "query"}


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
            is_bare = takes[parameter]["schema"].get("type") == "boolean" and left[:1] not in (["true"], ["false"])
            value = "true" if is_bare else left.pop(0) if left else ""
        given.append((parameter, value))
    return given
