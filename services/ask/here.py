"""The API in this process, over a database that nobody serves: on the loopback, by a key only this command knows."""

import asyncio
import contextlib
import hmac
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from services.api.app import create_app
from services.api.routes import routers
from services.ask.whose import meant
from services.edges.clickhouse import Store
from services.edges.http_server import Guests, served
from services.edges.listener import listen, url
from services.embedded.access import PROJECT
from services.embedded.projects import projects_of
from services.settings import Settings

DRAIN_SECONDS = 1


@dataclass(frozen=True)
class OneKey:
    """Knows one read key, and is that key."""

    secret: str
    project: str
    kind: str = "read"

    def find(self, presented: str, /) -> "OneKey | None":
        return self if hmac.compare_digest(presented.encode(), self.secret.encode()) else None


def document_here() -> dict[str, Any]:
    """The OpenAPI document of what an installation of this version can be asked."""
    api = FastAPI()
    for router in routers():
        api.include_router(router)
    return api.openapi()


@contextlib.asynccontextmanager
async def served_here(settings: Settings, store: Store, project: str) -> AsyncIterator[tuple[str, str]]:
    """Where the API of a store can be asked, and with which key. Raises CannotAsk where it is not said whose data."""
    key = OneKey(secrets.token_urlsafe(), meant(project, await asyncio.to_thread(projects_of, store), PROJECT))
    with listen("127.0.0.1", 0) as listener:
        async with served(create_app(key, store), Guests(settings.address_connections), listener, DRAIN_SECONDS):
            yield url(listener), key.secret
