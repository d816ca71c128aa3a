"""The ingest service: its routes, its health and its documentation."""

from collections.abc import Mapping

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.edges.kafka import Publisher
from services.edges.keyring import Keyring
from services.ingest.caller import Query
from services.ingest.client_settings import client_routes
from services.ingest.dialects.ga4 import as_batch as ga4_batch
from services.ingest.dialects.posthog import as_batch as posthog_batch
from services.ingest.dialects.posthog import is_posthog
from services.ingest.intake import Intake, Parts, TakeNothing
from services.ingest.metrics import Metrics
from services.ingest.openapi import document
from services.ingest.other_dialects import TakeEither, TakeGtag, TakeTranslated
from services.ingest.plain_request import Path
from services.ingest.privacy import Privacy
from services.ingest.problem import CONTENT_TYPE, problem_body
from services.ingest.strangers import Strangers
from services.ingest.take_events import TakeEvents, TakeImportEnd
from services.ingest.together import Together
from services.settings import Settings

SINGLE_CALLS = ("track", "page", "identify", "screen", "group", "alias")
SHORT_KINDS = "tpisga"
POSTHOG_PATHS = ("/e", "/i/v0/e", "/capture")


class IngestApp(FastAPI):
    """Sends requests with events past FastAPI's middleware, which costs a fifth of a small one."""

    intakes: Mapping[str, Intake] = {}
    together: Together

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        intake = self.intakes.get(scope["path"]) if scope["type"] == "http" else None
        if intake is not None:
            await intake(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings, keyring: Keyring, publisher: Publisher) -> IngestApp:
    """The service as an app. The publisher is started and stopped by whoever runs it."""
    # The pages that show the documentation load scripts from elsewhere, so only the document is served.
    app = IngestApp(title="Desireline ingest", docs_url=None, redoc_url=None, redirect_slashes=False)
    metrics = Metrics()
    strangers = Strangers(settings.unknown_key_rate)
    parts = Parts(settings, keyring, publisher, metrics, Privacy.configured(settings), strangers)
    app.intakes = intakes(parts)
    app.together = Together(parts, paths_together())
    app.router.routes.extend(client_routes(parts))
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


def intakes(parts: Parts) -> dict[str, Intake]:
    """What takes the requests of each path, with and without the slash that some clients put at the end."""
    by_path = {path: TakeEvents(parts, kind) for path, kind in segment_paths().items()}
    posthog = TakeTranslated(parts, posthog_batch)
    others: dict[str, Intake] = {
        "/batch": TakeEither(parts, is_posthog, posthog),
        **dict.fromkeys(POSTHOG_PATHS, posthog),
        "/mp/collect": TakeTranslated(parts, ga4_batch),
        "/g/collect": TakeGtag(parts),
        "/v1/import/end": TakeImportEnd(parts),
        "/v1/m": TakeNothing(parts),
    }
    return {f"{path}{slash}": intake for path, intake in (by_path | others).items() for slash in ("", "/")}


def paths_together() -> dict[str, Path]:
    """Those whose requests are taken many at a time where they are plain."""
    by_path = {path: Path(kind) for path, kind in segment_paths().items()}
    others = {
        "/batch": Path(translate=_either_batch),
        **dict.fromkeys(POSTHOG_PATHS, Path(translate=posthog_batch)),
        "/mp/collect": Path(translate=ga4_batch),
    }
    return {f"{path}{slash}": how for path, how in (by_path | others).items() for slash in ("", "/")}


def _either_batch(body: bytes, query: Query) -> bytes:
    """On this path clients of two dialects meet."""
    return posthog_batch(body, query) if is_posthog(body) else body


def segment_paths() -> dict[str, str]:
    """Where Segment's clients, and those that speak like them, send: each path with the type it gives to a call."""
    kinds = dict(zip(SHORT_KINDS, SINGLE_CALLS, strict=True)) | {kind: kind for kind in SINGLE_CALLS}
    batches = dict.fromkeys(("b", "batch", "import"), "")
    paths = {f"{root}/{name}": kind for root in ("/v1", "") for name, kind in (kinds | batches).items()}
    jitsu = {f"/api/s/{place}{kind}": kind for place in ("", "s2s/") for kind in SINGLE_CALLS}
    return paths | jitsu | {"/beacon/v1/batch": ""}


async def _as_problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = f"{request.method} {request.url.path} is not served here; see /openapi.json"
    return Response(problem_body(status, "route", "There is no such route.", detail), status, media_type=CONTENT_TYPE)
