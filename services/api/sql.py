"""The SQL of a question, read from the file beside it. Values reach it only as `{name:Type}` parameters.

A line `-- include name` stands for `fragments/name.sql`, which several questions share, or of which a question
takes the one that it is asked for.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_INCLUDE = re.compile(r"^ *-- include (\w+)\n", re.MULTILINE)


@cache
def sql(question: str, **instead: str) -> str:
    """The text of `questions/<question>.sql`, with what it includes, or with what is to be included instead."""
    text = (files("services.api.questions") / f"{question}.sql").read_text(encoding="utf-8")
    return _complete(text, instead)


def _complete(text: str, instead: Mapping[str, str]) -> str:
    return _INCLUDE.sub(lambda one: _complete(_fragment(instead.get(one[1], one[1])), instead), text)


def _fragment(name: str) -> str:
    return (files("services.api") / "fragments" / f"{name}.sql").read_text(encoding="utf-8")
