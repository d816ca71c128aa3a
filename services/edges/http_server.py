"""How uvicorn serves, for every service alike: the same limits, and nothing believed that a client says of itself."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, NamedTuple

import uvicorn
from starlette.types import ASGIApp

from services.edges.door import Door
from services.edges.express import Express
from services.edges.http_connection import Connection
from services.edges.networks import networks_of
from services.edges.quiet import quieten

IDLE_SECONDS = 5
CONNECTIONS = 4096
FILES = 16_384  # connections, and what a service opens beside them; many systems allow 1,024 unless asked
OWN_FILES = 256


class Guests(NamedTuple):
    """Says how many connections one address may hold; those of `proxies`, networks by commas, hold any number."""

    of_address: int
    proxies: str = ""


def http_config(
    app: ASGIApp, guests: Guests, drain_seconds: int, express: Express[Any] | None = None
) -> uvicorn.Config:
    """To be served on a listener that is there already. Whoever stops it gives requests so long to end.

    What can be is taken by `express`, all else by the app.

    Raises SettingError where the proxies are no networks.
    """
    door = Door(_places(), guests.of_address, networks_of(guests.proxies))
    config = uvicorn.Config(
        app,
        # uvicorn only ever calls it to make one.
        http=partial(Connection, door, express),  # type: ignore[arg-type]
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        # A forwarded address is believed only where somebody says which proxy to trust: anybody can send the header.
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=drain_seconds,
    )
    quieten("uvicorn.error")  # it says each time that a request is none
    return config


def _places() -> int:
    """As many connections as the system lets this process have."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < FILES:
        files = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(1, min(CONNECTIONS, files - OWN_FILES))


class _Server(uvicorn.Server):
    """Leaves signals to whoever serves beside other work: uvicorn would end the process before that is done."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(app: ASGIApp, guests: Guests, listener: socket.socket, drain_seconds: int) -> AsyncIterator[None]:
    """Serve an app beside other work of this process, as long as the context lasts."""
    server = _Server(http_config(app, guests, drain_seconds))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
