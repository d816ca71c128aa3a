"""The text of a YAML file → its nodes, which know their lines, and its data; what is no YAML, or none that a journey
can be, is explained as somebody who wrote it needs to hear it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from services.core.errors import JourneyError

LONGEST = 1_000_000
"""Characters. A journey has some hundred lines; what is longer is another file, recorded visits perhaps."""

DEEPEST = 50
"""Levels of what stands in what."""

MOST = 100_000
"""Pieces, each alias counted as what it stands for: a few lines of aliases of aliases can stand for millions."""

_REMEDIES = {
    "'\\t'": "indent with spaces, YAML takes no tabs",
    "mapping values are not allowed here": "put a text with a colon in quotes, or mend the indentation",
    "that cannot start any token": "put a text that begins with a sign in quotes",
    "undefined alias": "put a text that begins with * in quotes",
    "expected alphabetic or numeric character": "put a text that begins with * or & in quotes",
    "end of stream": "close the quote or the bracket that is opened here",
    "another document": "a file holds one journey: take out what follows `---`",
    "constructor for the tag": "take out what begins with !",
    "expected <block end>": "mend the indentation: keys of one thing begin in one column",
    "could not find expected ':'": "write `key: value`",
}


class File(NamedTuple):
    """A file's name, as messages give it, and its text."""

    name: str
    text: str


def read_yaml(file: File) -> tuple[yaml.Node, Any]:
    """The nodes and the data. Raises JourneyError."""
    if len(file.text) > LONGEST:
        said = f"has more than {LONGEST:,} characters, which no journey has: is this another file?"
        raise JourneyError([f"{file.name}:1: {said}"])
    try:
        root = yaml.compose(file.text, Loader=yaml.SafeLoader)
        if root is None:
            raise JourneyError([f"{file.name}:1: the file is empty; a journey needs `journey`, a name, and `stages`."])
        if problems := [f"{file.name}:{line}: {words}" for line, words in _problems(root)]:
            raise JourneyError(problems)
        return root, yaml.safe_load(file.text)
    except yaml.MarkedYAMLError as error:
        raise JourneyError([f"{file.name}:{_line(error)}: is not valid YAML: {_in_words(error)}"]) from None
    except yaml.reader.ReaderError as error:
        line = file.text.count("\n", 0, error.position) + 1
        said = f"has a character that no text has (number {error.character}): take it out"
        raise JourneyError([f"{file.name}:{line}: {said}"]) from None
    except RecursionError:
        raise JourneyError([f"{file.name}:1: is nested deeper than {DEEPEST} levels"]) from None


def _line(error: yaml.MarkedYAMLError) -> int:
    """Where what is never closed begins, else where reading stopped."""
    is_open = "end of stream" in (error.problem or "")
    mark = (error.context_mark if is_open else None) or error.problem_mark
    return mark.line + 1 if mark else 1


def _in_words(error: yaml.MarkedYAMLError) -> str:
    said = str(error.problem or error.context)
    remedy = next((words for part, words in _REMEDIES.items() if part in said), "")
    return f"{said}; {remedy}" if remedy else said


def _problems(root: yaml.Node) -> Iterator[tuple[int, str]]:
    """What YAML takes and a journey cannot be, with its line."""
    try:
        pieces = _count(root, {}, 0)
    except _TooDeep as error:
        yield error.line, f"is nested deeper than {DEEPEST} levels, or holds itself: take the alias out"
        return
    if pieces > MOST:
        yield 1, f"means {pieces:,} pieces once its aliases stand for what they name: write less of them"
        return
    yield from _of_keys(root, set())


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _count(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    if depth > DEEPEST:
        raise _TooDeep(node.start_mark.line + 1)
    if id(node) not in known:
        known[id(node)] = 1 + sum(_count(one, known, depth + 1) for one in _inner(node))
    return known[id(node)]


def _inner(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


def _of_keys(node: yaml.Node, seen: set[int]) -> Iterator[tuple[int, str]]:
    """YAML would silently take the last of two equal keys, and reads some words as no words."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                yield line, "a key must be a text"
            elif key.tag not in {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}:
                yield line, f"{key.value}: YAML reads this key as something else than a text: put it in quotes"
            elif key.value in names:
                yield line, f"{key.value}: given twice; keep one"
            else:
                names.add(key.value)
    for one in _inner(node):
        yield from _of_keys(one, seen)
