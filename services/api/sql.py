"""The SQL of a question, read from the file beside it. Values reach it only as `{name:Type}` parameters."""

from functools import cache
from importlib.resources import files


@cache
def sql(question: str) -> str:
    """The text of `questions/<question>.sql`."""
    return (files("services.api.questions") / f"{question}.sql").read_text(encoding="utf-8")
