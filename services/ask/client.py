"""A client for Python, typed by the very functions that answer:

    async with Client("http://127.0.0.1:8080", "rk_…") as client:
        answer = await client.ask(ask_funnel, FunnelQuestion(steps="browse,bought"))

What a question takes and what its answer holds cannot differ from the API, since they are the same classes.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar, get_type_hints

from services.api.endpoint import path_of
from services.api.question import Answer, Asked, Question
from services.api.routes import routers
from services.ask.caller import Caller

Q = TypeVar("Q", bound=Question)
A = TypeVar("A", bound=Answer)


class Client(Caller):
    """Asks a running installation in the API's own classes. Raises CannotAsk."""

    async def ask(self, ask: Callable[[Asked, Q], A], question: Q) -> A:
        """The answer that `ask` gives there."""
        routers()  # by which a question knows its path
        kind: type[A] = get_type_hints(ask)["return"]
        return kind.model_validate_json(await self.fetch(path_of(ask), as_parameters(question)))


def as_parameters(question: Question) -> list[tuple[str, str]]:
    """A question as it stands in a URL: what is as by default is left out."""
    said: Mapping[str, object] = question.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return [
        (name, _spelt(one)) for name, value in said.items() for one in (value if isinstance(value, list) else [value])
    ]


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
