"""The API over a real store, and somebody who asks."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.api.app import create_app
from services.edges.clickhouse import Store
from tests.api.shop import SomeKeys
from tests.stores import fresh_dsn

Ask = Callable[..., Any]


@pytest.fixture(scope="package")
def module_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """One store for all tests of answers, emptied between them. That answers over HTTP are the same: test_keys.py."""
    opened = Store.open(fresh_dsn("chdb", request))
    yield opened
    opened.close()


class Client:
    """Sends requests to the app in this process and waits for the answers."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._loop = asyncio.Runner()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://api")

    def get(self, url: str, **given: Any) -> httpx.Response:
        return self._loop.run(self._http.get(url, **given))

    def delete(self, url: str, **given: Any) -> httpx.Response:
        return self._loop.run(self._http.delete(url, **given))

    def post(self, url: str, **given: Any) -> httpx.Response:
        return self._loop.run(self._http.post(url, **given))

    def close(self) -> None:
        self._loop.run(self._http.aclose())
        self._loop.close()


@pytest.fixture
def client(store: Store) -> Iterator[Client]:
    """A client without a key."""
    one = Client(create_app(SomeKeys(), store))
    yield one
    one.close()


@pytest.fixture
def ask(client: Client) -> Ask:
    """Ask the shop's API and take the answer's JSON."""

    def ask(path: str, **parameters: Any) -> Any:
        asked = {name.removesuffix("_"): value for name, value in parameters.items()}
        response = client.get(path, params=asked, headers={"Authorization": "Bearer rk_shop"})
        assert response.status_code == 200, response.text
        return response.json()

    return ask
