"""How uvicorn serves, for every service alike: the same limits, and nothing believed that a client says of itself."""

import resource
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from services.edges.http_connection import Connection, Door
from services.edges.networks import networks_of
from services.edges.quiet import quieten
from services.settings import Settings

IDLE_SECONDS = 5
CONNECTIONS = 4096
FILES = 16_384  # connections, and what a service opens beside them; many systems allow 1,024 unless asked
OWN_FILES = 256


def http_config(app: ASGIApp, settings: Settings, drain_seconds: int) -> uvicorn.Config:
    """To be served on a listener that is there already. Whoever stops it gives requests so long to end.

    Raises SettingError where the trusted proxies are no networks.
    """
    door = Door(_places(), settings.address_connections, networks_of(settings.trusted_proxies))
    config = uvicorn.Config(
        app,
        # uvicorn only ever calls it to make one.
        http=partial(Connection, door),  # type: ignore[arg-type]
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
