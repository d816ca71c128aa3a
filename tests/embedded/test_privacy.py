"""Privacy from end to end: nothing of what must not be kept is in the store, nor is anything of who was deleted."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.installation import Installation, desireline

SECRETS = ["203.0.113.77", "198.51.100.23", "2001:db8:85a3:8d3::7", "jane@mail.example", "4111111111111111", "s3cret"]
BROWSER = {"Origin": "https://shop.example", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0"}
DUMP = """
import sys
from services.edges.clickhouse import Store
store = Store.open(sys.argv[1], bring_up_to_date=False)
for table in store.query("SELECT name FROM system.tables WHERE database = currentDatabase()"):
    raw = ", tryBase64Decode(raw) AS plain" if table["name"] == "refused_events" else ""
    blob = ", tryBase64Decode(blob) AS plain" if table["name"] == "session_state" else ""
    for row in store.query(f"SELECT *{raw}{blob} FROM {table['name']}"):
        print(table["name"], row)
"""


def call(visitor: str, number: int, **fields: Any) -> dict[str, Any]:
    one = {"type": "track", "event": "Product Viewed", "anonymousId": visitor, "messageId": f"{visitor}-{number}"}
    return {**one, **fields}


def dirty(visitor: str, number: int, **fields: Any) -> dict[str, Any]:
    context = {
        "ip": SECRETS[0],
        "page": {"url": f"https://shop.example/?token={SECRETS[5]}&utm_source=mail", "title": f"Hello {SECRETS[3]}"},
        "traits": {"email": SECRETS[3]},
    }
    return call(visitor, number, context=context, properties={"$ip": SECRETS[2], "card": SECRETS[4]}, **fields)


def administered(running: Installation, method: str, path: str) -> httpx.Response:
    made = desireline("keys", "create", "admin", "--data", running.data)
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    return httpx.request(method, running.url + path, headers=headers, timeout=60)


def exported(running: Installation, visitor: str) -> list[dict[str, Any]]:
    answer = administered(running, "GET", f"/v1/visitors/{visitor}/export")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("privacy") / "data") as installation:
        yield installation


def test_a_deleted_visitor_does_not_come_back_by_a_live_session_nor_by_what_arrives_late(running: Installation) -> None:
    assert running.send(call("anna", 1), call("anna", 2), call("ben", 1)).status_code == 200
    assert {line["kind"] for line in exported(running, "anna")} == {"visitor", "event", "session"}

    told = administered(running, "DELETE", "/v1/visitors/anna").json()
    before = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    running.send(call("anna", 3, timestamp=before), call("ben", 2))

    assert (told["visitors"], told["erased"]["events"]) == (["anna"], 2)
    deadline = time.monotonic() + 60
    while len(exported(running, "anna")) > 1 and time.monotonic() < deadline:
        # The worker hears of it within a second, and has written for her until then.
        running.send(call("ben", 100 + int(time.monotonic())))
    assert [line["kind"] for line in exported(running, "anna")] == ["visitor"]
    assert running.ask("/v1/sessions", visitor="ben")["sessions"]

    running.send(call("anna", 4))
    assert [line["kind"] for line in exported(running, "anna")] == ["visitor", "event", "session"]


def test_nothing_that_should_not_be_kept_is_in_any_table(running: Installation, tmp_path: Path) -> None:
    key = running.keys["write"]
    running.send(dirty("carl", 1), dirty("carl", 2, timestamp="1999-01-01T00:00:00Z"), dirty("carl", 3, type="odd"))
    props = {"$ip": SECRETS[0], "$current_url": f"https://shop.example/?token={SECRETS[5]}", "m": SECRETS[3]}
    posthog = {"api_key": key, "event": "$pageview", "distinct_id": "dora", "properties": props}
    assert httpx.post(f"{running.url}/e/", json=posthog, headers=BROWSER, timeout=60).status_code == 200
    page = {"writeKey": key, **dirty("emil", 1)}
    forwarded = {**BROWSER, "X-Forwarded-For": SECRETS[1]}
    assert httpx.post(f"{running.url}/v1/page", json=page, headers=forwarded, timeout=60).status_code == 200
    running.stop()

    dsn = f"chdb://{running.data / 'database'}"
    dumped = subprocess.run([sys.executable, "-c", DUMP, dsn], capture_output=True, text=True, check=True, timeout=120)

    assert not [secret for secret in SECRETS if secret in dumped.stdout + running.log]
    assert all(visitor in dumped.stdout for visitor in ("carl", "dora", "emil"))
    assert dumped.stdout.count("203.0.113.0") >= 4
    assert "refused_events" in dumped.stdout
    files = [path.read_bytes() for path in running.data.rglob("*.json")]
    assert not [secret for secret in SECRETS for content in files if secret.encode() in content]
