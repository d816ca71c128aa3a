"""How uvicorn serves, for every service alike: the same limits, and nothing believed that a client says of itself."""

import uvicorn
from starlette.types import ASGIApp

IDLE_SECONDS = 5
CONNECTIONS = 4096  # beyond it uvicorn answers 503 itself


def http_config(app: ASGIApp, drain_seconds: int) -> uvicorn.Config:
    """To be served on a listener that is there already. Whoever stops it gives requests so long to end."""
    return uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        # A forwarded address is believed only where somebody says which proxy to trust: anybody can send the header.
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=drain_seconds,
        limit_concurrency=CONNECTIONS,
    )
