"""The SQL of a question, read from the file beside it. Values reach it only as `{name:Type}` parameters.

A line `-- include name` stands for `fragments/name.sql`, which several questions share, or of which a question
takes the one that it is asked for. A line that is one word, `-- filters` or `-- part`, stands for SQL that we put
together of our own words (scope.py, condition.py).
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

_INCLUDE = re.compile(r"^ *-- include (\w+)\n", re.MULTILINE)
_WORD = re.compile(r"-- (\w+)\n")


def sql(question: str, words: Mapping[str, str] | None = None, /, **instead: str) -> str:
    """The text of `questions/<question>.sql`, with what it includes, or with what is to be included instead."""
    return _worded(_whole(question, tuple(instead.items())), words or {})


def statement(name: str, words: Mapping[str, str], **instead: str) -> str:
    """The same of `fragments/<name>.sql`, which is a statement or an expression by itself."""
    return _worded(_complete(fragment(name), instead), words)


def _worded(text: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda one: f"{words[one[1]]}\n" if one[1] in words else one[0], text)


@lru_cache(maxsize=256)
def _whole(question: str, instead: tuple[tuple[str, str], ...]) -> str:
    text = (files("services.api.questions") / f"{question}.sql").read_text(encoding="utf-8")
    return _complete(text, dict(instead))


def _complete(text: str, instead: Mapping[str, str]) -> str:
    return _INCLUDE.sub(lambda one: _complete(fragment(instead.get(one[1], one[1])), instead), text)


@cache
def fragment(name: str) -> str:
    """The text of `fragments/<name>.sql` as it stands in its file."""
    return (files("services.api") / "fragments" / f"{name}.sql").read_text(encoding="utf-8")
