"""What of a visitor leaves ingest, and what does not: addresses, ids, texts that should never have been sent."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.core.event import Event
from services.edges.broker import Broker
from services.ingest.privacy import Privacy
from services.ingest.pseudonym import MILLIS_PER_DAY, Salts
from services.settings import Settings
from tests.ingest.conftest import Installation, installed, read_topic

BROWSER = {"origin": "https://shop.example", "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0"}
DAY = 20_000 * MILLIS_PER_DAY


def track(**fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "view", "anonymousId": "cookie", **fields}


async def sent(ingest: Installation, *calls: dict[str, Any], headers: dict[str, str] | None = None) -> None:
    answer = await ingest.client.post("/v1/batch", json={"batch": calls, "writeKey": ingest.key}, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.asyncio
async def test_nothing_that_should_not_be_kept_leaves_ingest_not_even_with_what_is_refused(
    ingest: Installation,
) -> None:
    secrets = ["203.0.113.77", "2001:db8:85a3:8d3::7", "jane@mail.example", "4111111111111111", "s3cret"]
    dirty = {
        "context": {"ip": secrets[0], "page": {"url": f"https://shop.example/?token={secrets[4]}&utm_source=x"}},
        "properties": {"$ip": secrets[1], "note": f"I am {secrets[2]}", "card": int(secrets[3])},
    }

    await sent(ingest, track(**dirty), track(**dirty, timestamp="1999-01-01T00:00:00Z"), track(**dirty, type="odd"))
    await ingest.client.post(
        "/capture",
        json={
            "api_key": ingest.key,
            "event": "x",
            "distinct_id": "d",
            "properties": {"$ip": secrets[0], "m": secrets[2]},
        },
    )

    written = [*await ingest.records(2), *await ingest.records(2, "refused_events")]
    raw = [msgspec.json.decode(value) for value in written[2:]]
    everything = b"".join([*written, *(base64.b64decode(one["raw"]) for one in raw)])
    assert not [secret for secret in secrets if secret.encode() in everything]
    assert everything.count(b"203.0.113.0") >= 4
    assert everything.count(b"[email]") >= 4


@pytest.mark.asyncio
async def test_a_visitor_without_cookies_is_one_for_a_day_and_in_one_project(broker: Broker, tmp_path: Path) -> None:
    async with installed(broker, tmp_path, data_dir=tmp_path, anonymous="shop") as ingest:
        await sent(
            ingest, track(messageId="1"), track(messageId="2", anonymousId="another", userId="jane"), headers=BROWSER
        )
        await sent(ingest, track(messageId="3"), headers={**BROWSER, "user-agent": "Mozilla/5.0 (iPhone)"})
        await sent(ingest, track(messageId="4", context={"traits": {"name": "Jane"}, "locale": "de"}))
        await sent(ingest, track(messageId="5", type="identify", userId="jane", traits={"name": "Jane"}))

        events = {event.id: event for event in await ingest.events(5)}

    names = [events[one].visitor for one in "1234"]
    assert names[0] == names[1]
    assert len(set(names)) == 3
    assert {event.user for event in events.values()} == {""}
    assert not {"cookie", "another", "jane"} & set(names)
    assert bytes(events["4"].context) == b'{"locale":"de"}'
    assert bytes(events["5"].props) == b"{}"


def test_the_salt_lives_for_its_day_and_is_gone_with_it(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    today = salts.of(DAY)

    assert Salts(tmp_path).of(DAY + MILLIS_PER_DAY - 1) == today, "a restart names nobody anew"
    assert salts.of(DAY + MILLIS_PER_DAY) != today
    assert today not in [path.read_bytes() for path in tmp_path.iterdir()]
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


@pytest.mark.asyncio
async def test_ids_are_hashed_where_that_is_asked_for_and_the_same_each_time(broker: Broker, tmp_path: Path) -> None:
    how: dict[str, Any] = {"data_dir": tmp_path, "hash_ids": "*", "id_secret": "correct horse battery"}
    async with installed(broker, tmp_path, **how) as ingest:
        await sent(ingest, track(messageId="1", userId="jane@mail.example"), track(messageId="2"))

        values = await read_topic(ingest.settings.kafka, "events")
    events = {one.id: one for one in (msgspec.json.decode(value, type=Event) for value in values)}

    assert events["1"].visitor == events["2"].visitor != "cookie"
    assert events["1"].user not in ("", "jane@mail.example", events["1"].visitor)
    assert b"jane" not in b"".join(values)


def test_a_hash_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="DESIRELINE_ID_SECRET"):
        Privacy.configured(Settings(hash_ids="shop"))


def test_networks_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="DESIRELINE_TRUSTED_PROXIES"):
        Privacy.configured(Settings(trusted_proxies="the proxy"))
