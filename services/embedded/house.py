"""What belongs to the installation rather than to one of its projects, for commands on the same machine.

The database belongs to the serving process, so they ask it; whoever may read the data folder knows its key.
"""

import asyncio
import hmac
import time
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response

from services.edges.clickhouse import Store
from services.edges.incidents import SnoozeRow, known_incidents
from services.edges.refused import Refused, Wanted, count_refused, mark_replayed, newest_refused, refused_after
from services.embedded.history import history_routes
from services.embedded.projects import Projects, projects_of

A = TypeVar("A")


class Newest(msgspec.Struct, frozen=True):
    """Asks for the newest refused events."""

    wanted: Wanted
    limit: int


class Recent(msgspec.Struct, frozen=True):
    """Asks for a project's incidents that went on since an hour."""

    project: str
    since: int


class Onwards(msgspec.Struct, frozen=True):
    """Asks for the refused events after one, oldest first."""

    wanted: Wanted
    last: Refused | None
    limit: int


def house_routes(key: str, store: Store, lend: Callable[[str], str], own: str) -> APIRouter:
    """What the commands of `refused`, `rejudge`, `alerts` and `ask` ask of a running installation.

    `lend` makes a read key of a project, by default of the installation's `own`. Bodies are JSON both ways, but for
    history, which is large; no document shows them.
    """

    def check(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {key}".encode()):
            raise HTTPException(401, "This is for commands on the machine of the installation.")

    router = APIRouter(prefix="/house", include_in_schema=False, dependencies=[Depends(check)])

    @router.post("/refused/counts")
    async def counts(request: Request) -> Response:
        return await _answer(request, Wanted, lambda wanted: count_refused(store, wanted))

    @router.post("/refused/newest")
    async def newest(request: Request) -> Response:
        return await _answer(request, Newest, lambda asked: newest_refused(store, asked.wanted, asked.limit))

    @router.post("/refused/after")
    async def after(request: Request) -> Response:
        return await _answer(
            request, Onwards, lambda asked: refused_after(store, asked.wanted, asked.last, asked.limit)
        )

    @router.post("/refused/replayed")
    async def replayed(request: Request) -> Response:
        return await _answer(
            request, list[Refused], lambda events: mark_replayed(store, events, time.time_ns() // 1_000_000)
        )

    @router.post("/alerts/recent")
    async def recent(request: Request) -> Response:
        return await _answer(request, Recent, lambda asked: known_incidents(store, asked.project, asked.since))

    @router.post("/alerts/snooze")
    async def snooze(request: Request) -> Response:
        return await _answer(request, SnoozeRow, lambda row: store.insert("snoozes", [row]))

    router.include_router(history_routes(store))
    router.include_router(asking_routes(store, lend, own))
    return router


def asking_routes(store: Store, lend: Callable[[str], str], own: str) -> APIRouter:
    """What it takes to ask: whose data there is, and a key to one of them."""
    router = APIRouter()

    @router.post("/key")
    async def read_key(request: Request) -> Response:
        return await _answer(request, str, lend)

    @router.post("/projects")
    async def projects(request: Request) -> Response:
        return await _answer(request, None, lambda _: Projects(own, projects_of(store)))

    return router


async def _answer(request: Request, kind: type[A] | None, ask: Callable[[A], object]) -> Response:
    asked = msgspec.json.decode(await request.body(), type=kind)
    answer = await asyncio.to_thread(ask, asked)
    return Response(msgspec.json.encode(answer), media_type="application/json")
