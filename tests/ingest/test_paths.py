"""Where clients send and what they ask for first: every path they use leads somewhere, by every key they write."""

import base64
import gzip
import json
from typing import Any

import pytest

from services.core.key import Kind
from services.ingest.app import segment_paths
from tests.ingest.conftest import Installation

pytestmark = pytest.mark.asyncio

BUY = {"event": "Bought", "userId": "u", "previousId": "a", "groupId": "g"}


@pytest.mark.parametrize("slash", ["", "/"])
async def test_every_path_takes_an_event_of_its_type(ingest: Installation, slash: str) -> None:
    paths = segment_paths()

    for path, kind in paths.items():
        body = {**BUY, "messageId": path} if kind else {"batch": [{**BUY, "type": "track", "messageId": path}]}
        answer = await ingest.client.post(f"{path}{slash}", json={**body, "writeKey": ingest.key})
        assert (answer.status_code, answer.json()) == (200, {"success": True}), path

    events = {event.id: event.type for event in await ingest.events(len(paths))}
    assert events == {path: kind or "track" for path, kind in paths.items()}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(("/v1/t", "track"), ("/v1/p", "page"), ("/v1/i", "identify"), ("/v1/s", "screen"), ("/v1/g", "group")),
        *(("/v1/a", "alias"), ("/t", "track"), ("/identify", "identify"), ("/api/s/page", "page")),
        *(("/api/s/s2s/track", "track"), ("/v1/b", ""), ("/v1/import", ""), ("/beacon/v1/batch", "")),
    ],
)
async def test_the_paths_are_those_that_clients_use(path: str, kind: str) -> None:
    assert segment_paths()[path] == kind


@pytest.mark.parametrize(
    "way",
    [
        lambda key: {"headers": {"X-Write-Key": f"{key}:secret"}},
        lambda key: {"params": {"writeKey": key}},
        lambda key: {"headers": {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}},
    ],
    ids=["Jitsu's key and secret", "a beacon's address", "basic without colon"],
)
async def test_the_key_may_stand_where_clients_put_it(ingest: Installation, way: Any) -> None:
    answer = await ingest.client.post("/beacon/v1/batch", json={"batch": [{**BUY, "type": "track"}]}, **way(ingest.key))

    assert answer.status_code == 200, answer.text
    await ingest.events(1)


async def test_what_a_client_counts_of_itself_is_swallowed(ingest: Installation) -> None:
    answer = await ingest.client.post("/v1/m", json={"series": [{"type": "Counter", "metric": "x", "value": 1}]})

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    await ingest.records(0)


async def test_segments_browser_library_is_told_to_send_here(ingest: Installation) -> None:
    answer = await ingest.client.get(f"/v1/projects/{ingest.key}/settings")

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["integrations"]["Segment.io"] == {
        "apiKey": ingest.key,
        "apiHost": "ingest/v1",
        "protocol": "http",
    }


async def test_a_page_that_came_by_tls_sends_by_tls(ingest: Installation) -> None:
    headers = {"Origin": "https://shop.example"}

    answer = await ingest.client.get(f"/v1/projects/{ingest.key}/settings", headers=headers)

    assert answer.json()["integrations"]["Segment.io"]["protocol"] == "https"


async def test_rudderstacks_browser_library_gets_a_source_without_destinations(ingest: Installation) -> None:
    asked = await ingest.client.options("/sourceConfig/")
    answer = await ingest.client.get("/sourceConfig/", params={"p": "npm"}, auth=(ingest.key, ""))

    source = answer.json()["source"]
    assert (asked.status_code, "authorization" in asked.headers["access-control-allow-headers"]) == (204, True)
    assert (source["writeKey"], source["enabled"], source["destinations"]) == (ingest.key, True, [])


async def test_settings_are_told_to_write_keys_only(ingest: Installation) -> None:
    secret = ingest.keyring.create(Kind.READ, "shop")

    answers = [await ingest.client.get(f"/v1/projects/{key}/settings") for key in (secret, "wk_unknown")]
    refused = await ingest.client.get("/sourceConfig")

    assert [answer.status_code for answer in answers] == [404, 404]
    assert refused.status_code == 401
    assert {answer.headers["content-type"] for answer in [*answers, refused]} == {"application/problem+json"}


@pytest.mark.parametrize("path", ["/batch", "/batch/", "/e", "/e/", "/i/v0/e", "/i/v0/e/"])
async def test_posthogs_clients_send_gzip_and_call_it_text(ingest: Installation, path: str) -> None:
    item = {"event": "Bought", "distinct_id": "u", "uuid": "m", "properties": {"n": 1}}
    body = gzip.compress(json.dumps({"api_key": ingest.key, "batch": [item]}).encode())

    answer = await ingest.client.post(path, content=body, headers={"content-type": "text/plain"})

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    [event] = await ingest.events(1)
    assert (event.id, event.name, event.visitor) == ("m", "Bought", "u")


async def test_a_text_cut_in_half_costs_that_letter_only(ingest: Installation) -> None:
    body = rb'{"event":"x","distinct_id":"u","properties":{"$el_text":"\ud83d","token":"%s"}}' % ingest.key.encode()

    answer = await ingest.client.post("/e", content=body)

    assert answer.status_code == 200, answer.text
    await ingest.events(1)


async def test_what_is_refused_of_another_dialect_is_set_aside_as_a_call(ingest: Installation) -> None:
    item = {"event": "Bought", "uuid": "m"}

    answer = await ingest.client.post("/batch/", json={"api_key": ingest.key, "batch": [item]})

    assert [one["reason"] for one in answer.json()["refused"]] == ["visitor"]
    [record] = await ingest.records(1, "refused_events")
    raw = json.loads(base64.b64decode(json.loads(record)["raw"]))
    assert (raw["type"], raw["event"], raw["messageId"]) == ("track", "Bought", "m")


@pytest.mark.parametrize("path", ["/flags", "/flags/", "/decide", "/decide/"])
async def test_posthogs_clients_learn_that_there_are_no_flags(ingest: Installation, path: str) -> None:
    answer = await ingest.client.post(path, params={"v": 2}, content=b"data=x")

    assert answer.status_code == 200
    assert (answer.json()["flags"], answer.json()["featureFlags"]) == ({}, {})
    assert answer.json()["errorsWhileComputingFlags"] is False


async def test_posthogs_browser_library_learns_how_to_send(ingest: Installation) -> None:
    config = await ingest.client.get(f"/array/{ingest.key}/config")
    unknown = await ingest.client.get("/array/wk_unknown/config")

    assert config.status_code == 200
    assert config.headers["access-control-allow-origin"] == "*"
    assert config.json()["supportedCompression"] == ["gzip", "gzip-js"]
    assert config.json()["sessionRecording"] is False
    assert config.json()["autocapture_opt_out"] is False  # left out, it would watch no clicks
    assert unknown.status_code == 404


@pytest.mark.parametrize("secret", ["", "wk_unknown"])
async def test_the_measurement_protocols_secret_is_the_write_key(ingest: Installation, secret: str) -> None:
    body = {"client_id": "c", "events": [{"name": "purchase", "params": {"value": 3}}]}

    async def send(api_secret: str) -> int:
        query = {"measurement_id": "G-1", "api_secret": api_secret}
        return (await ingest.client.post("/mp/collect", params=query, json=body)).status_code

    assert [await send(secret), await send(ingest.key)] == [401, 200]
    [event] = await ingest.events(1)
    assert (event.name, event.visitor) == ("purchase", "c")
