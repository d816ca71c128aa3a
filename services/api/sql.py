"""The SQL of a question, read from the file beside it. Values reach it only as `{name:Type}` parameters.

A line `-- include name` stands for `fragments/name.sql`, which several questions share, or of which a question
takes the one that it is asked for. `-- filters` and `-- part` stand for what its scope asks for (scope.py).
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

_INCLUDE = re.compile(r"^ *-- include (\w+)\n", re.MULTILINE)
_FILTERS = re.compile(r"^ *-- filters\n", re.MULTILINE)
_PART = re.compile(r"-- part\n")


@lru_cache(maxsize=512)
def sql(question: str, filters: str = "", part: str = "''", /, **instead: str) -> str:
    """The text of `questions/<question>.sql`, with what it includes, or with what is to be included instead."""
    text = (files("services.api.questions") / f"{question}.sql").read_text(encoding="utf-8")
    complete = _complete(text, instead)
    return _PART.sub(lambda _: f"{part}\n", _FILTERS.sub(lambda _: filters, complete))


def _complete(text: str, instead: Mapping[str, str]) -> str:
    return _INCLUDE.sub(lambda one: _complete(fragment(instead.get(one[1], one[1])), instead), text)


@cache
def fragment(name: str) -> str:
    """The text of `fragments/<name>.sql` as it stands in its file."""
    return (files("services.api") / "fragments" / f"{name}.sql").read_text(encoding="utf-8")
