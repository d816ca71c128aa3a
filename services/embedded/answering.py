"""The part of an embedded installation that takes a second to import: database, ingest and API, on one app.

It is imported in a thread, while the stages form their consumer group.
"""

from typing import Any

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.app import create_app
from services.api.metrics import SECONDS
from services.core.journey import Journey
from services.edges.clickhouse import Store, StoreError
from services.edges.findings_feed import FindingsFeed
from services.edges.kafka import Publisher
from services.edges.retention import keep_for
from services.embedded.access import HouseKeyring
from services.embedded.house import house_routes
from services.ingest.app import create_app as create_ingest
from services.ingest.app import intakes
from services.ingest.client_settings import client_routes
from services.ingest.intake import Parts
from services.ingest.metrics import Metrics
from services.ingest.privacy import Privacy
from services.ingest.strangers import Strangers
from services.settings import Settings
from services.stages.alerts.metrics import CHANGED, JUDGED, TOLD
from services.stages.app import App
from services.stages.metrics import SET_ASIDE, TABLED


def open_store(settings: Settings, journey: Journey) -> Store:
    """Open the database, with its tables up to date and the journey in it. Raises StoreError."""
    store = Store.open(settings.clickhouse)
    keep_for(store, settings.retention)
    store.save_journey(journey.version, journey.document())
    return store


def one_app(
    settings: Settings, keyring: HouseKeyring, publisher: Publisher, store: Store, stages: App, feed: FindingsFeed
) -> ASGIApp:
    """Ingest and the API on one port, with health, metrics and documentation of the whole."""
    api = create_app(keyring, store, feed, settings.signing_key.get_secret_value())
    metrics = Metrics()
    for metric in (SECONDS, SET_ASIDE, TABLED, CHANGED, TOLD, JUDGED):
        metrics.registry.register(metric)
    whole = APIRouter(tags=["health"])
    _add_health(whole, publisher, store, stages)
    _add_metrics(whole, metrics)
    whole.include_router(house_routes(keyring.house_key, store, keyring.lend_read_key, keyring.project))
    strangers = Strangers(settings.unknown_key_rate)
    parts = Parts(settings, keyring, publisher, metrics, Privacy.configured(settings), strangers)
    # In front, so that they answer in place of the API's own.
    api.router.routes[:0] = [*whole.routes, *client_routes(parts)]
    _document_both(api, create_ingest(settings, keyring, publisher))
    taking = intakes(parts)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        intake = taking.get(scope["path"]) if scope["type"] == "http" else None
        await (intake or api)(scope, receive, send)

    return app


def _add_health(router: APIRouter, publisher: Publisher, store: Store, stages: App) -> None:
    # Documented by the API, in whose place it answers.
    @router.get("/readyz", include_in_schema=False)
    def readyz(response: Response) -> dict[str, str]:
        """Whether each part can do its work."""
        problems = {"ingest": publisher.problem, "stages": "stopped working" if stages.crashed else "", "store": ""}
        try:
            store.query("SELECT 1")
        except StoreError as error:
            problems["store"] = str(error)
        response.status_code = 503 if any(problems.values()) else 200
        return {part: problem or "ok" for part, problem in problems.items()}


def _add_metrics(router: APIRouter, metrics: Metrics) -> None:
    @router.get("/metrics", response_class=Response, include_in_schema=False)
    def show_metrics() -> Response:
        """For Prometheus."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _document_both(app: FastAPI, ingest: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        asking, sending = generate(), ingest.openapi()
        asking["paths"] = sending["paths"] | asking["paths"]
        for kind, named in sending["components"].items():
            asking["components"][kind] = named | asking["components"].get(kind, {})
        return asking

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the schema
