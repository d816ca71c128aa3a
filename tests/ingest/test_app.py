"""The service over HTTP: what was sent is what is on the topic, or the answer says that it is not."""

import asyncio
import base64
import gzip
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.core.key import Kind
from services.edges.broker import Broker
from services.ingest.refusal import Reason, RefusedEvent
from tests.ingest.conftest import Installation, installed

pytestmark = pytest.mark.asyncio


def track(visitor: str = "v", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Product Added", "anonymousId": visitor, **fields}


def nested(depth: int) -> Any:
    return {"deeper": nested(depth - 1)} if depth else 1


async def test_a_batch_is_on_the_topic_when_it_is_answered(ingest: Installation) -> None:
    calls = [track(f"v{number}", messageId=f"m{number}", properties={"n": number}) for number in range(100)]

    answer = await ingest.send(*calls)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    events = {event.id: event for event in await ingest.events(100)}
    assert {event.visitor for event in events.values()} == {f"v{number}" for number in range(100)}
    assert all(bytes(events[f"m{number}"].props) == b'{"n":%d}' % number for number in range(100))
    assert {event.project for event in events.values()} == {"shop"}


@pytest.mark.parametrize("kind", ["track", "page", "identify", "screen", "group", "alias"])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_single_call_has_the_type_of_its_route(ingest: Installation, kind: str, slash: str) -> None:
    body = {"event": "Bought", "userId": "u", "writeKey": ingest.key}

    answer = await ingest.client.post(f"/v1/{kind}{slash}", json=body)

    assert answer.status_code == 200, answer.text
    [event] = await ingest.events(1)
    assert (event.type, event.name) == (kind, "Bought" if kind == "track" else kind)


@pytest.mark.parametrize(
    "way",
    [
        lambda key: {"auth": (key, "")},
        lambda key: {"headers": {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}},
        lambda key: {"headers": {"Authorization": f"Bearer {key}"}},
        lambda key: {"headers": {"X-Write-Key": key}},
    ],
    ids=["basic", "basic without colon", "bearer", "header"],
)
async def test_the_key_may_stand_where_clients_put_it(ingest: Installation, way: Any) -> None:
    answer = await ingest.client.post("/v1/batch", json={"batch": [track()]}, **way(ingest.key))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json"])
async def test_json_is_json_whatever_it_is_called(ingest: Installation, content_type: str) -> None:
    body = gzip.compress(msgspec.json.encode({"batch": [track()], "writeKey": ingest.key}))

    answer = await ingest.client.post("/v1/batch", content=body, headers={"content-type": content_type})

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("presented", ["", "wk_unknown", "Ä"])
async def test_an_unknown_key_is_told_how_to_send_one(ingest: Installation, presented: str) -> None:
    answer = await ingest.client.post("/v1/batch", json={"batch": [track()], "writeKey": presented})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "#/writeKey"
    assert "wk_" in answer.json()["errors"][0]["remedy"]
    await ingest.records(0)


async def test_a_read_key_may_not_send(ingest: Installation) -> None:
    secret = ingest.keyring.create(Kind.READ, "shop")

    answer = await ingest.client.post("/v1/batch", json={"batch": [track()]}, auth=(secret, ""))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", "#"),
        (b"{", "#"),
        (b"[]", "#"),
        (b'{"batch":[{"a":1,}]}', "#"),
        (b'{"batch":[{"a":NaN}]}', "#"),
        (b'{"batch":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "#"),
        (b"{}", "#/batch"),
        (b'{"batch":{}}', "#/batch"),
        (b'{"batch":[],"sentAt":"then"}', "#/sentAt"),
        (b'{"batch":[],"writeKey":7}', "#/writeKey"),
        (b'{"batch":[],"historical":true,"watermark":"x"}', "#/watermark"),
        (b'{"batch":[' + b"1," * 500 + b"1]}", "#/batch"),
    ],
)
async def test_a_malformed_body_is_a_problem_that_points_at_the_fault(
    ingest: Installation, body: bytes, pointer: str
) -> None:
    answer = await ingest.client.post("/v1/batch", content=body, auth=(ingest.key, ""))

    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (400, 400)
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["errors"][0]["remedy"]


async def test_one_bad_call_fails_nobody_else_and_is_set_aside_as_it_came(ingest: Installation) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    bad = [3, {"type": "track", "event": "x"}, track(event=""), track(timestamp=long_ago)]

    answer = await ingest.send(track("before"), *bad, track("after"))

    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert [(one["index"], one["reason"]) for one in answer.json()["refused"]] == [
        (1, "schema"),
        (2, "visitor"),
        (3, "name"),
        (4, "clock"),
    ]
    assert {event.visitor for event in await ingest.events(2)} == {"before", "after"}
    aside = [msgspec.json.decode(one, type=RefusedEvent) for one in await ingest.records(4, "refused_events")]
    assert [msgspec.json.decode(one.raw) for one in aside] == bad
    assert {one.project for one in aside} == {"shop"}


@pytest.mark.parametrize(
    ("own", "shared", "reason"),
    [
        ({"a": "x" * 8_000}, dict.fromkeys("bcde", "x" * 8_000), "size"),
        ({}, {"a": nested(16)}, "depth"),
        ({str(number): 1 for number in range(150)}, {str(number): 1 for number in range(200, 260)}, "keys"),
    ],
)
async def test_what_a_batch_shares_counts_for_each_of_its_calls(
    ingest: Installation, own: Any, shared: Any, reason: str
) -> None:
    answer = await ingest.send(track(properties=own), context=shared)

    assert [one["reason"] for one in answer.json()["refused"]] == [reason]
    await ingest.records(0)


async def test_a_call_set_aside_keeps_what_its_batch_shared(ingest: Installation) -> None:
    shared = {"app": {"version": "4.2"}, "locale": "de"}
    bad: list[Any] = [3, track(event="", context={"locale": "fr"}), track(event="")]

    await ingest.send(*bad, context=shared)

    aside = [msgspec.json.decode(one, type=RefusedEvent) for one in await ingest.records(3, "refused_events")]
    said = [msgspec.json.decode(one.raw) for one in aside]
    assert said[0] == 3
    assert said[1]["context"] == {"app": {"version": "4.2"}, "locale": "fr"}
    assert said[2] == {**bad[2], "context": shared}


async def test_a_batch_is_no_larger_by_what_its_calls_share_than_if_each_had_said_it(ingest: Installation) -> None:
    answer = await ingest.send(*[track() for _ in range(500)], context={"a": "x" * 5_000})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/context"
    await ingest.records(0)


async def test_an_event_slightly_ahead_of_our_clock_is_never_later_than_received(ingest: Installation) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()

    await ingest.send(track(timestamp=ahead))

    [event] = await ingest.events(1)
    assert event.occurred_at == event.received_at


async def test_the_clients_clock_is_corrected_by_when_it_sent(ingest: Installation) -> None:
    wrong = datetime(2020, 1, 1, tzinfo=UTC)

    await ingest.send(track(timestamp=(wrong - timedelta(seconds=5)).isoformat()), sentAt=wrong.isoformat())

    [event] = await ingest.events(1)
    assert event.received_at - event.occurred_at == 5000


async def test_history_is_taken_at_any_age_with_its_watermark(ingest: Installation) -> None:
    answer = await ingest.send(
        track(timestamp="2019-10-01T00:00:05Z"), historical=True, watermark="2019-10-01T00:00:00Z"
    )

    assert answer.json() == {"success": True}
    [event] = await ingest.events(1)
    assert (event.occurred_at, event.watermark) == (1_569_888_005_000, 1_569_888_000_000)


async def test_history_is_a_right_of_the_key(ingest: Installation) -> None:
    plain = ingest.keyring.create(Kind.WRITE, "shop")
    body = {"batch": [track(timestamp="2019-10-01T00:00:05Z")], "historical": True, "writeKey": plain}

    answers = [
        await ingest.client.post("/v1/batch", json=body),
        await ingest.client.post("/v1/import/end", json={"writeKey": plain}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    await ingest.records(0)


async def test_the_end_of_an_import_reaches_every_partition(ingest: Installation) -> None:
    answer = await ingest.client.post("/v1/import/end", auth=(ingest.key, ""))

    assert answer.status_code == 200
    ends = await ingest.events(4)
    assert {(end.type, end.project, end.watermark == end.received_at) for end in ends} == {("watermark", "shop", True)}


async def test_a_browser_may_ask_before_it_sends(ingest: Installation) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}

    answer = await ingest.client.options("/v1/batch", headers=headers)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert (answer.headers["access-control-allow-credentials"], answer.headers["vary"]) == ("true", "origin")
    assert int(answer.headers["access-control-max-age"]) >= 3600
    allowed = set(re.split(r", *", answer.headers["access-control-allow-headers"]))
    assert {"authorization", "content-type", "x-retry-count"} <= allowed


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/batch", 405), ("POST", "/v1/nothing", 404)])
async def test_other_methods_and_paths_are_problems_too(
    ingest: Installation, method: str, path: str, status: int
) -> None:
    answer = await ingest.client.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_503_says_when_to_come_back_and_nothing_was_accepted(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.edges.kafka.STALLED_SECONDS", 0.2)
    monkeypatch.setattr("services.edges.kafka.STOP_SECONDS", 0.5)
    async with installed(broker, tmp_path, acknowledge_within=timedelta(seconds=0.4)) as ingest:
        broker.close()

        async with asyncio.timeout(10):
            waited = await ingest.send(track())
            at_once = await ingest.send(track())

        for answer in (waited, at_once):
            assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
            assert answer.headers["access-control-allow-origin"] == "*"
        assert (await ingest.client.get("/readyz")).status_code == 503
        assert (await ingest.client.get("/livez")).status_code == 200


async def test_every_decision_is_counted_by_its_name(ingest: Installation) -> None:
    await ingest.send(track(), {"type": "track", "event": "x"})
    await ingest.client.post("/v1/batch", content=b"{", auth=(ingest.key, ""))

    metrics = (await ingest.client.get("/metrics")).text

    assert "desireline_ingest_events_accepted_total 1.0" in metrics
    assert 'desireline_ingest_events_refused_total{reason="visitor"} 1.0' in metrics
    assert 'desireline_ingest_requests_refused_total{reason="schema"} 1.0' in metrics
    assert 'desireline_ingest_requests_total{status="200"} 1.0' in metrics
    assert set(re.findall(r'events_refused_total\{reason="(\w+)"', metrics)) == set(Reason)


async def test_the_openapi_document_tells_of_every_route(ingest: Installation) -> None:
    document = (await ingest.client.get("/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert {"/v1/batch", "/v1/track", "/v1/page", "/v1/identify", "/v1/import/end"} <= set(document["paths"])
    example = document["components"]["schemas"]["Batch"]["example"]

    for call in example["batch"]:
        call.pop("timestamp")
    assert (await ingest.send(*example["batch"])).json() == {"success": True}
