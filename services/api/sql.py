"""The SQL of a question, read from the file beside it. Values reach it only as `{name:Type}` parameters.

A line `-- include name` stands for `fragments/name.sql`, which several questions share, or of which a question
takes the one that it is asked for.
"""

import re
from functools import cache
from importlib.resources import files

_INCLUDE = re.compile(r"^ *-- include (\w+)\n", re.MULTILINE)


@cache
def sql(question: str, **instead: str) -> str:
    """The text of `questions/<question>.sql`, with what it includes, or with what is to be included instead."""
    text = (files("services.api.questions") / f"{question}.sql").read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda included: _fragment(instead.get(included[1], included[1])), text)


def _fragment(name: str) -> str:
    return (files("services.api") / "fragments" / f"{name}.sql").read_text(encoding="utf-8")
