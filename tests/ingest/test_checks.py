"""The checks of who sends, over HTTP: what is answered, what is on the topic, and where a drop turns up."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from services.core.key import Kind, Right
from services.core.seen import seen_in
from services.core.terms import Asked, Manner, Terms
from services.edges.broker import Broker
from services.ingest.refusal import Reason, RefusedEvent
from tests.ingest.conftest import Installation, installed, read_topic
from tests.ingest.test_robot import CHROME, GOOGLE

pytestmark = pytest.mark.asyncio

PAGE = "https://shop.example"
BROWSER = {"Origin": PAGE, "User-Agent": CHROME}


def track(id: str = "m", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Bought", "anonymousId": "v", "messageId": id, **fields}


async def send(
    ingest: Installation, *calls: dict[str, Any], terms: Terms, headers: dict[str, str] = BROWSER
) -> httpx.Response:
    key = ingest.keyring.create(Kind.WRITE, "shop", terms=terms)
    return await ingest.client.post("/v1/batch", json={"batch": calls, "writeKey": key}, headers=headers)


async def refused(ingest: Installation, count: int) -> list[RefusedEvent]:
    """What stands aside once so many do."""
    async with asyncio.timeout(60):
        while len(values := await read_topic(ingest.settings.kafka, "refused_events")) < count:  # noqa: ASYNC110 (Kafka does not tell)
            await asyncio.sleep(0.05)
    assert len(values) == count
    return [msgspec.json.decode(value, type=RefusedEvent) for value in values]


async def counted(ingest: Installation, reason: Reason) -> float:
    text = (await ingest.client.get("/metrics")).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "desireline_ingest_events_refused_total" and sample.labels["reason"] == reason
    )


async def test_a_page_of_another_origin_is_refused_and_its_client_can_read_why(ingest: Installation) -> None:
    answer = await send(ingest, track(), terms=Terms(origins=("https://other.example",)))

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:desireline:problem:origin")
    assert PAGE in answer.json()["detail"]
    assert "terms.origins" in answer.json()["errors"][0]["remedy"]
    assert answer.headers["access-control-allow-origin"] == PAGE
    await ingest.records(0)


@pytest.mark.parametrize("headers", [BROWSER, {}], ids=["a page that may", "a server"])
async def test_pages_that_may_send_and_servers_are_taken(ingest: Installation, headers: dict[str, str]) -> None:
    answer = await send(ingest, track(), terms=Terms(origins=(PAGE,)), headers=headers)

    assert answer.json() == {"success": True}


async def test_a_beacon_is_held_to_the_origins_too(ingest: Installation) -> None:
    key = ingest.keyring.create(Kind.WRITE, "shop", terms=Terms(origins=(PAGE,)))
    body = msgspec.json.encode({"batch": [track()], "writeKey": key})
    beacons = [{**BROWSER, "Content-Type": "text/plain;charset=UTF-8", "Origin": page} for page in (PAGE, "null")]

    answers = [await ingest.client.post("/v1/batch", content=body, headers=headers) for headers in beacons]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[0].headers["access-control-allow-credentials"] == "true"
    await ingest.records(1)


@pytest.mark.parametrize(("header", "terms"), [("Sec-GPC", {"gpc": "drop"}), ("DNT", {"dnt": "drop"})])
async def test_who_asks_not_to_be_watched_is_not_where_the_terms_say_so(
    ingest: Installation, header: str, terms: dict[str, str]
) -> None:
    headers = {**BROWSER, header: "1"}

    dropped = await send(ingest, track("a"), track("b"), terms=msgspec.convert(terms, Terms), headers=headers)
    taken = await send(ingest, track("c"), terms=Terms(), headers=headers)

    assert dropped.status_code == 200
    assert [(one["reason"], one["events"]) for one in dropped.json()["dropped"]] == [("consent", 2)]
    assert taken.json() == {"success": True}
    [event] = await ingest.events(1)
    assert event.id == "c"


async def test_nothing_is_kept_of_who_asked_not_to_be_watched(ingest: Installation) -> None:
    await send(ingest, track(), terms=Terms(gpc=Asked.DROP), headers={**BROWSER, "Sec-GPC": "1"})

    [sample] = await refused(ingest, 1)

    assert (sample.reason, sample.raw) == ("consent", b"")
    assert "anonymousId" not in sample.detail


TELLING = {
    "userId": "jane",
    "properties": {"product": "candle", "gclid": "Cj0", "user_id": 7, "url": "https://shop.example/?gclid=Cj0&page=2"},
    "context": {
        "ip": "93.184.216.34", "userAgent": CHROME, "timezone": "Europe/Vienna", "traits": {"name": "Jane"},
        "page": {"url": "https://shop.example/a?fbclid=Iw1&page=2", "referrer": "https://social.example/?gclid=1"},
        "campaign": {"source": "mail"}, "library": {"name": "analytics.js"},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "terms"),
    [({"Sec-GPC": "1"}, Terms(gpc=Asked.ANONYMOUS)), ({"DNT": "1"}, Terms(dnt=Asked.ANONYMOUS))],
    ids=["gpc", "dnt"],
)
async def test_who_asks_not_to_be_watched_leaves_nothing_that_leads_to_them(
    ingest: Installation, headers: dict[str, str], terms: Terms
) -> None:
    calls = [track("a", **TELLING), track("b", type="identify", traits={"name": "Jane"}), track("c", **TELLING)]

    answer = await send(ingest, *calls, track("d", anonymousId="", userId=""), terms=terms, headers=BROWSER | headers)
    await send(ingest, track("e", **TELLING), terms=terms)

    assert [one["reason"] for one in answer.json()["refused"]] == ["visitor"]
    values = await ingest.records(4)
    events = {event.id: event for event in await ingest.events(4)}
    assert events["a"].visitor == events["b"].visitor == events["c"].visitor != "v"
    assert (events["e"].visitor, events["e"].user) == ("v", "jane"), "who does not ask is kept as ever"
    unwatched = b"".join(value for value in values if b'"id":"e"' not in value)
    told = [b"jane", b"Jane", b"gclid", b"fbclid", b"93.184", b"Vienna", b"Chrome/", b"user_id"]
    assert [word for word in told if word in unwatched] == []
    assert msgspec.json.decode(events["a"].props) == {"product": "candle", "url": "https://shop.example/?page=2"}
    assert set(msgspec.json.decode(events["a"].context)) == {"page", "campaign", "library"}
    assert (events["a"].url, seen_in(events["a"].seen).source) == ("https://shop.example/a?page=2", "mail")
    assert seen_in(events["a"].seen).browser == "Chrome"
    [aside] = await refused(ingest, 1)
    assert (aside.reason, aside.raw) == ("visitor", b""), "what is refused of them is not kept either"


@pytest.mark.parametrize(
    ("context", "terms"),
    [
        ({"gpc": True}, {"gpc": "drop"}),
        ({"gpc": "1"}, {"gpc": "drop", "dnt": "anonymous"}),
        ({"dnt": "1", "gpc": True}, {"dnt": "drop", "gpc": "anonymous"}),
        ({"consent": {"categoryPreferences": {"Analytics": False}}}, {"consent": {"Analytics": "drop"}}),
    ],
)
async def test_a_server_can_tell_what_its_visitors_ask_for(
    ingest: Installation, context: dict[str, Any], terms: dict[str, Any]
) -> None:
    held = msgspec.convert(terms, Terms)

    answer = await send(ingest, track("a", context=context), track("b"), terms=held, headers={})
    await send(ingest, track("c", context=context), terms=Terms(), headers={})

    assert [(one["reason"], one["events"]) for one in answer.json()["dropped"]] == [("consent", 1)]
    assert {event.id for event in await ingest.events(2)} == {"b", "c"}


async def test_visitors_of_a_server_who_ask_for_it_stay_apart_without_their_ids(ingest: Installation) -> None:
    calls = [track(f"{v}{n}", anonymousId=v, context={"dnt": 1}) for v in ("ann", "ben") for n in range(2)]

    await send(ingest, *calls, track("c", context={"dnt": 0}), terms=Terms(dnt=Asked.ANONYMOUS), headers={})

    visitors = {event.id: event.visitor for event in await ingest.events(5)}
    assert visitors["ann0"] == visitors["ann1"] != visitors["ben0"] == visitors["ben1"]
    assert visitors["c"] == "v"
    assert not {"ann", "ben"} & set(visitors.values())


@pytest.mark.parametrize("consent", [7, "no", {"categoryPreferences": 7}, {"categoryPreferences": {"A": "x"}}, None])
async def test_what_is_called_consent_may_be_anything(ingest: Installation, consent: Any) -> None:
    terms = Terms(consent={"A": Asked.DROP})

    answer = await send(ingest, track(context={"consent": consent, "gpc": {}}), terms=terms, headers={})

    assert answer.json() == {"success": True}


async def test_a_robots_browser_is_not_counted(ingest: Installation) -> None:
    answer = await send(ingest, track(), terms=Terms(), headers={**BROWSER, "User-Agent": GOOGLE})

    assert [(one["reason"], one["events"]) for one in answer.json()["dropped"]] == [("robot", 1)]
    await ingest.records(0)


async def test_a_servers_own_name_says_nothing_of_its_visitors(ingest: Installation) -> None:
    headers = {"User-Agent": "python-requests/2.32"}

    answer = await send(ingest, track("a", context={"userAgent": CHROME}), terms=Terms(), headers=headers)

    assert answer.json() == {"success": True}


async def test_the_robot_among_those_of_whom_a_server_tells_goes_alone(ingest: Installation) -> None:
    calls = [track("a", context={"userAgent": CHROME}), track("b", context={"userAgent": GOOGLE}), track("c")]

    answer = await send(ingest, *calls, terms=Terms(), headers={})

    assert [(one["reason"], one["events"]) for one in answer.json()["dropped"]] == [("robot", 1)]
    assert {event.id for event in await ingest.events(2)} == {"a", "c"}


async def test_a_driven_browser_goes_unless_its_key_is_for_tests(ingest: Installation) -> None:
    call = track(context={"webdriver": True})

    dropped = await send(ingest, call, terms=Terms())
    taken = await send(ingest, call, terms=Terms(robots=Manner.IGNORE))

    assert ("dropped" in dropped.json(), taken.json()) == (True, {"success": True})


async def test_too_much_is_told_when_to_come_back(ingest: Installation) -> None:
    key = ingest.keyring.create(Kind.WRITE, "shop", terms=Terms(rate=1))
    bodies = [{"batch": [track(f"{n}-{i}") for i in range(20)], "writeKey": key} for n in range(3)]

    began = time.time()
    answers = [await ingest.client.post("/v1/batch", json=body, headers=BROWSER) for body in bodies]

    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert 0 < int(answers[1].headers["retry-after"]) <= 10
    assert began <= int(answers[1].headers["x-ratelimit-reset"]) <= time.time() + 10
    assert answers[1].json()["type"] == "urn:desireline:problem:rate"
    assert "retry-after" in answers[1].headers["access-control-expose-headers"]
    await ingest.records(20)


async def test_one_network_is_held_before_it_uses_up_what_is_everybodys(ingest: Installation) -> None:
    key = ingest.keyring.create(Kind.WRITE, "shop", terms=Terms(rate=10, address_rate=1))
    statuses = []
    for host, number in [("93.184.216.7", 1), ("93.184.216.200", 2), ("93.184.216.8", 3), ("93.184.217.7", 4)]:
        transport = httpx.ASGITransport(app_of(ingest), client=(host, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
            body = {"batch": [track(f"{number}-{i}") for i in range(15)], "writeKey": key}
            statuses.append((await client.post("/v1/batch", json=body)).status_code)

    assert statuses == [200, 429, 429, 200]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/projects/wk_made_up/settings"])
async def test_a_network_that_tries_keys_is_held_and_who_has_one_is_not(
    broker: Broker, tmp_path: Path, path: str
) -> None:
    body = {"batch": [track()], "writeKey": "wk_made_up"}
    async with installed(broker, tmp_path, unknown_key_rate=0.01) as ingest:

        async def send_from(host: str, key: str = "wk_made_up") -> httpx.Response:
            transport = httpx.ASGITransport(app_of(ingest), client=(host, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
                if "settings" in path and key == "wk_made_up":
                    return await client.get(path)
                return await client.post("/v1/batch", json=body, headers={"X-Write-Key": key})

        first, second = await send_from("93.184.216.7"), await send_from("93.184.216.200")
        known = await send_from("93.184.216.7", ingest.key)
        elsewhere, behind_proxy = await send_from("93.184.217.7"), [await send_from("10.0.0.7") for _ in range(2)]
        metrics = (await ingest.client.get("/metrics")).text

    unknown = 404 if "settings" in path else 401
    assert [first.status_code, second.status_code, known.status_code] == [unknown, 429, 200]
    assert int(second.headers["retry-after"]) > 60
    assert second.json()["type"] == "urn:desireline:problem:rate"
    assert [elsewhere.status_code, *(one.status_code for one in behind_proxy)] == [unknown] * 3
    assert 'desireline_ingest_requests_refused_total{reason="rate"} 1.0' in metrics


async def test_history_is_not_held_to_a_rate(ingest: Installation) -> None:
    key = ingest.keyring.create(Kind.WRITE, "shop", [Right.HISTORICAL], Terms(rate=1))
    bodies = [
        {"batch": [track(f"{n}-{i}", timestamp="2020-01-01T00:00:00Z") for i in range(50)], "historical": True}
        for n in range(3)
    ]

    answers = [await ingest.client.post("/v1/batch", json=body, auth=(key, "")) for body in bodies]

    assert [answer.status_code for answer in answers] == [200] * 3


@pytest.mark.parametrize(
    ("terms", "hours"), [(Terms(), 24), (Terms(ahead_hours=0.5), 0.5), (Terms(ahead_hours=48), 48)]
)
async def test_a_clock_that_is_ahead_is_taken_as_now_and_one_too_far_ahead_not_at_all(
    ingest: Installation, terms: Terms, hours: float
) -> None:
    now, border = datetime.now(UTC), timedelta(hours=hours)
    times = {"within": now + border - timedelta(minutes=1), "beyond": now + border + timedelta(minutes=1)}

    calls = [track(name, timestamp=at.isoformat()) for name, at in times.items()]
    answer = await send(ingest, *calls, terms=terms)

    assert [(one["index"], one["reason"]) for one in answer.json()["refused"]] == [(1, "clock")]
    [event] = await ingest.events(1)
    assert (event.id, event.occurred_at) == ("within", event.received_at)
    assert await counted(ingest, Reason.CLOCK) == 1


async def test_what_a_client_sends_again_is_stored_once(ingest: Installation) -> None:
    first = await ingest.send(track("a"), track("b"))
    again = await ingest.send(track("a"), track("b"), track("c"))

    assert first.json() == {"success": True}
    assert [(one["reason"], one["events"]) for one in again.json()["dropped"]] == [("duplicate", 2)]
    assert sorted(event.id for event in await ingest.events(3)) == ["a", "b", "c"]


async def test_robots_by_the_thousand_are_counted_and_shown_once(ingest: Installation) -> None:
    headers = {**BROWSER, "User-Agent": GOOGLE}

    for number in range(20):
        await send(ingest, *(track(f"{number}-{i}") for i in range(50)), terms=Terms(), headers=headers)

    assert await counted(ingest, Reason.ROBOT) == 1000
    [sample] = await refused(ingest, 1)
    assert (sample.project, sample.reason, sample.raw) == ("shop", "robot", b"")
    assert "Googlebot" in sample.detail


async def test_every_reason_is_in_the_log_once_a_minute_and_no_log_holds_what_was_sent(ingest: Installation) -> None:
    odd = [track(f"{n}", event="jane's", anonymousId="jane", timestamp="2020-01-01T00:00:00Z") for n in range(50)]
    with structlog.testing.capture_logs() as lines:
        await send(ingest, *odd, track("r", context={"userAgent": GOOGLE}), terms=Terms(), headers={})
        await send(ingest, *odd, terms=Terms(), headers={})
        for _ in range(3):
            await ingest.client.post("/v1/batch", json={"batch": []}, headers={"X-Write-Key": "wk_unknown"})
            await ingest.client.post("/v1/batch", content=b"jane", headers={"X-Write-Key": ingest.key})

    told = Counter((line["event"], line["reason"]) for line in lines)
    assert told == {
        ("events_refused", "clock"): 1,
        ("events_dropped", "robot"): 1,
        ("requests_refused", "key"): 1,
        ("requests_refused", "schema"): 1,
    }
    assert "jane" not in str(lines)


async def test_names_that_are_made_up_are_counted_as_other(ingest: Installation) -> None:
    calls = [track(f"{number}", event=f"name {number}") for number in range(10)]

    answer = await send(ingest, *calls, terms=Terms(event_names=4))

    assert answer.json() == {"success": True}
    events = await ingest.events(10)
    assert sorted(event.name for event in events if event.name != "other") == [f"name {n}" for n in range(4)]
    kept = {msgspec.json.decode(event.props)["original_event"] for event in events if event.name == "other"}
    assert kept == {f"name {n}" for n in range(4, 10)}
    assert "desireline_ingest_events_renamed_total 6.0" in (await ingest.client.get("/metrics")).text


def app_of(ingest: Installation) -> Any:
    """The app that the client of an installation talks to."""
    return ingest.client._transport.app  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/v1/batch", "/e", "/batch", "/mp/collect?api_secret=x"])
async def test_a_batch_far_too_long_is_refused_before_anything_is_done_with_each_call(
    ingest: Installation, path: str
) -> None:
    calls = b"[" + b"{}," * 300_000 + b"{}]"
    body = b'{"api_key":"k","client_id":"c","events":%s}' if "mp" in path else b'{"batch":%s,"api_key":"k"}'
    began = time.process_time()

    answer = await ingest.client.post(path, content=body % calls, headers={"X-Write-Key": ingest.key})

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:desireline:problem:size")
    assert "300001 calls" in answer.json()["detail"]
    # Translating each takes ten times as long, and nobody else would be answered meanwhile.
    assert time.process_time() - began < 3
