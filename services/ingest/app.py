"""The ingest service: its routes, its health and its documentation."""

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.ingest.intake import Intake, Parts, TakeEvents, TakeImportEnd
from services.ingest.metrics import Metrics
from services.ingest.openapi import document
from services.ingest.problem import CONTENT_TYPE, problem_body
from services.settings import Settings

METHODS = ["POST", "OPTIONS"]
SINGLE_CALLS = ("track", "page", "identify", "screen", "group", "alias")


def create_app(settings: Settings, keyring: Keyring, publisher: Publisher) -> FastAPI:
    """The service as an app. The publisher is started and stopped by whoever runs it."""
    # The pages that show the documentation load scripts from elsewhere, so only the document is served.
    app = FastAPI(title="Desireline ingest", docs_url=None, redoc_url=None, redirect_slashes=False)
    metrics = Metrics()
    app.router.routes[:0] = event_routes(Parts(settings, keyring, publisher, metrics))
    app.add_exception_handler(HTTPException, _as_problem)

    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return Response("ok\n")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        return Response(publisher.problem or "ok\n", status_code=503 if publisher.problem else 200)

    @app.get("/metrics", include_in_schema=False)
    async def show_metrics() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    document(app)
    return app


def event_routes(parts: Parts) -> list[Route]:
    """The routes that take events, with and without the slash that some clients put at the end."""
    intakes: dict[str, Intake] = {"/v1/batch": TakeEvents(parts)}
    intakes |= {f"/v1/{kind}": TakeEvents(parts, kind) for kind in SINGLE_CALLS}
    intakes["/v1/import/end"] = TakeImportEnd(parts)
    return [
        Route(path + slash, intake, methods=METHODS, include_in_schema=False)
        for path, intake in intakes.items()
        for slash in ("", "/")
    ]


async def _as_problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = f"{request.method} {request.url.path} is not served here; see /openapi.json"
    return Response(problem_body(status, "route", "There is no such route.", detail), status, media_type=CONTENT_TYPE)
