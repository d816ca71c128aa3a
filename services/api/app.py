"""The API: every topic's paths on one app. What stands at which path: routes/; what a question means: questions/."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from services.api import metrics, problem
from services.api.auth import Keyring
from services.api.routes import routers
from services.edges.clickhouse import Store
from services.edges.findings_feed import FindingsFeed


def create_app(keyring: Keyring, store: Store, feed: FindingsFeed | None = None, signing_key: str = "") -> FastAPI:
    """The API over a store, for those whom the keyring knows. Without a feed nobody hears of findings as they are made.

    `signing_key` is of the addresses of charts.
    """
    app = FastAPI(
        title="Desireline",
        summary="Where customers get stuck on the way to what they came to do.",
        version="1",
        openapi_url=None,  # put below; without it there are no pages either, which would load scripts from another host
    )
    app.state.keyring, app.state.store = keyring, store
    app.state.feed, app.state.signing_key = feed, signing_key
    problem.install(app)
    app.middleware("http")(metrics.measure)
    for router in routers():
        app.include_router(router)

    @app.get("/openapi.json", include_in_schema=False)
    def document() -> JSONResponse:
        """All that can be asked. In a thread: the first to ask takes a second, for which nobody else is to wait."""
        return JSONResponse(app.openapi())

    return app
