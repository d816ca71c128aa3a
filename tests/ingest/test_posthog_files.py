"""The scripts that posthog-js asks for: what is served of them, and what is not."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services.edges.broker import Broker
from services.ingest.posthog_files import file_routes
from tests.ingest.conftest import Installation, installed


@pytest_asyncio.fixture
async def client(broker: Broker, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    dist = tmp_path / "posthog-js" / "dist"
    dist.mkdir(parents=True)
    (dist.parent / "package.json").write_text('{"version": "1.449.2"}')
    (dist / "array.js").write_text("window.posthog = 1")
    (dist / "secret.txt").write_text("secret")
    async with installed(broker, tmp_path, posthog_js=dist) as ingest:
        yield ingest.client


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/static/array.js?v=1", "/static/1.449.2/array.js", "/array/wk_any/array.js"])
async def test_its_files_are_served_to_pages_of_any_origin(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.text) == (200, "window.posthog = 1")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/static/recorder.js", "/static/1.0.0/array.js", "/static/secret.txt", "/static/..%2fpackage.json", "/static/%00"],
)
async def test_what_is_none_of_its_files_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.asyncio
async def test_without_its_files_it_is_said_what_to_do(ingest: Installation) -> None:
    answer = await ingest.client.get("/static/array.js")

    assert answer.status_code == 404
    assert "DESIRELINE_POSTHOG_JS" in answer.json()["detail"]


@pytest.mark.asyncio
async def test_its_settings_are_a_script_too(ingest: Installation) -> None:
    script = await ingest.client.get(f"/array/{ingest.key}/config.js")
    plain = await ingest.client.get(f"/array/{ingest.key}/config")
    unknown = await ingest.client.get("/array/wk_unknown/config.js")

    assert script.headers["content-type"].startswith("text/javascript")
    told = json.loads(script.text.partition(f'["{ingest.key}"]=')[2].rstrip(";"))
    assert told == {"config": plain.json(), "siteApps": []}
    assert unknown.status_code == 404


def test_a_folder_without_the_library_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"DESIRELINE_POSTHOG_JS: .* has no array\.js"):
        file_routes(tmp_path)
