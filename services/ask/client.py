"""A client for Python, typed by the very functions that answer:

    async with Client("http://127.0.0.1:8080", "rk_…") as client:
        answer = await client.ask(ask_funnel, FunnelQuestion(steps="browse,bought"))
        told = await client.look_up(session, SessionQuestion(tz="Europe/Berlin"), one="9b1f…")

What a question takes and what its answer holds cannot differ from the API, since they are the same classes.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import quote

from fastapi.routing import APIRoute
from pydantic import BaseModel

from services.api.endpoint import path_of
from services.api.question import Answer, Asked, Question
from services.api.routes import routers
from services.ask.caller import Caller

Q = TypeVar("Q", bound=Question)
A = TypeVar("A", bound=Answer)
B = TypeVar("B", bound=BaseModel)


class Client(Caller):
    """Asks a running installation in the API's own classes. Raises CannotAsk."""

    async def ask(self, ask: Callable[[Asked, Q], A], question: Q) -> A:
        """The answer that `ask` gives there."""
        routers()  # by which a question knows its path
        _, kind = classes_of(ask)
        return kind.model_validate_json(await self.fetch(path_of(ask), as_parameters(question)))

    async def look_up(self, endpoint: Callable[..., B], question: BaseModel | None = None, one: str = "") -> B:
        """What stands at an endpoint that is of no period: a session, a visitor, incidents, notes; `one` is the id."""
        _, kind = classes_of(endpoint)
        path = route_of(endpoint).path_format.replace("{id}", quote(one, safe=""))
        return kind.model_validate_json(await self.fetch(path, as_parameters(question) if question else []))


def classes_of(answering: Callable[..., B]) -> tuple[type[BaseModel] | None, type[B]]:
    """What a function that answers is asked with, if anything, and what it answers."""
    hints: Mapping[str, Any] = get_type_hints(answering, include_extras=True)
    asked_with = hints.get("question")
    return next(iter(get_args(asked_with)), asked_with), hints["return"]


def route_of(endpoint: Callable[..., object]) -> APIRoute:
    """Where an endpoint stands."""
    routes = (route for router in routers() for route in router.routes if isinstance(route, APIRoute))
    return next(route for route in routes if route.endpoint is endpoint)


def as_parameters(question: BaseModel) -> list[tuple[str, str]]:
    """A question as it stands in a URL: what is as by default is left out."""
    said: Mapping[str, object] = question.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return [
        (name, _spelt(one)) for name, value in said.items() for one in (value if isinstance(value, list) else [value])
    ]


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
