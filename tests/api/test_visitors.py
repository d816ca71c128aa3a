"""A visitor's rights: all that is kept of them is handed out, or deleted everywhere, for whoever has an admin key."""

import json
from typing import Any

import httpx
import msgspec
import pytest

from services.core.event import Event
from services.core.rows import BelievedRow, ForgottenRow, RefusedRow, StateRow
from services.core.spikes.incident import Evidence, Incident, Measured
from services.edges.clickhouse import Store
from services.edges.erasure import erase
from services.edges.incidents import known_incidents, save_incidents
from tests.api.conftest import Client
from tests.api.shop import fill, finding, moment, session

ADMIN = {"Authorization": "Bearer ak_shop"}
TABLES = ("events", "sessions", "findings", "session_state", "believed", "refused_events", "incidents")


def act(visitor: str, number: int, **given: Any) -> bytes:
    one: dict[str, Any] = {"project": "shop", "type": "track", "name": "view", "visitor": visitor, **given}
    seen = "mobile|Firefox|Android||AT"
    return msgspec.json.encode(
        Event(id=f"{visitor}{number}", occurred_at=moment(number), received_at=moment(number), seen=seen, **one)
    )


def refused(raw: bytes, offset: int) -> RefusedRow:
    return RefusedRow(
        log_id="l", partition=0, offset=offset, project="shop", reason="clock", detail="", raw=raw, refused_at=moment(0)
    )


def state(visitor: str) -> StateRow:
    return StateRow(
        project="shop", visitor=visitor, log_id="l", partition=0, next_offset=1, key_hash=1, format=1, blob=b"x",
        version=1, stands_for=1,
    )  # fmt: skip


@pytest.fixture
def shop(store: Store) -> Store:
    """Anna with a phone and a laptop, Ben, and an Anna of another project."""
    rows = [
        session("0 browse", visitor=one, user=user)
        for one, user in (("phone", "anna"), ("laptop", "anna"), ("ben", ""))
    ]
    other = session("0 browse", visitor="phone", project="other")
    fill(store, [*rows, other], [finding(row, "loop", "browse", 5) for row in [*rows, other]])
    events = [act(one, number) for one in ("phone", "laptop", "ben") for number in range(3)]
    store.insert_lines("events", [*events, act("phone", 7, project="other"), act("tablet", 1, user="anna")])
    store.insert("session_state", [state("phone"), state("ben")])
    store.insert("believed", [BelievedRow(project="shop", visitor=one, stands_for=1) for one in ("phone", "ben")])
    raws = [
        b'{"anonymousId":"phone"',
        b'{"anonymousId": "ben"}',
        '{"userId":"zoë"}'.encode(),
        b'{"userId":"zo\\u00eb"}',
    ]
    store.insert("refused_events", [refused(raw, offset) for offset, raw in enumerate(raws)])
    return store


def delete(client: Client, visitor: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return client.delete(f"/v1/visitors/{visitor}", headers=headers or ADMIN)


def exported(client: Client, visitor: str) -> list[dict[str, Any]]:
    response = client.get(f"/v1/visitors/{visitor}/export", headers=ADMIN)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def kept(store: Store) -> dict[str, int]:
    return {table: store.query(f"SELECT count() AS n FROM {table}")[0]["n"] for table in TABLES}


def test_a_visitor_is_deleted_everywhere_and_nobody_else(shop: Store, client: Client) -> None:
    before = kept(shop)

    answer = delete(client, "phone")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["visitors"], told["left"]) == (["phone"], 0)
    erased = told["erased"]
    assert erased == dict.fromkeys(told_tables(), 1) | {"events": 3, "incidents": 0}
    assert kept(shop) == {table: count - erased[table] for table, count in before.items()}
    assert [line["kind"] for line in exported(client, "phone")] == ["visitor"]
    assert len(exported(client, "ben")) == 7


def test_a_user_is_deleted_with_all_their_visitors(shop: Store, client: Client) -> None:
    told = delete(client, "anna").json()

    assert told["visitors"] == ["anna", "laptop", "phone", "tablet"]
    assert [row["visitor"] for row in shop.query("SELECT DISTINCT visitor FROM events WHERE project = 'shop'")] == [
        "ben"
    ]
    assert shop.query("SELECT count() AS n FROM events WHERE project = 'other'") == [{"n": 1}]


def test_an_id_that_is_not_known_is_noted_all_the_same(shop: Store, client: Client) -> None:
    assert delete(client, "nobody@mail.example/x").json()["erased"] == dict.fromkeys(told_tables(), 0)

    assert [row.visitor for row in shop.forgotten(0)] == ["nobody@mail.example/x"]


def told_tables() -> list[str]:
    return ["events", "findings", "sessions", "session_state", "believed", "refused_events", "incidents"]


def incident(project: str, *examples: str) -> Incident:
    named = Measured("loop", "browse", "", 9, 100, 60, 0.2, 0.04, "same_hour", 4, 1e-9)
    about = Evidence(page='/a,"b",]', sessions=examples)
    return Incident(
        id=f"i-{project}", project=project, named=named, cells=(named,), began=9, seen=9, judged=9, evidence=about
    )


def test_a_deleted_visitors_sessions_are_no_examples_of_incidents_any_more(shop: Store, client: Client) -> None:
    found = shop.query("SELECT project, visitor, id FROM sessions ORDER BY visitor, project")
    ids = {(row["project"], row["visitor"]): row["id"] for row in found}
    phone, laptop, ben = (ids["shop", one] for one in ("phone", "laptop", "ben"))
    other = incident("other", ids["other", "phone"])
    for version in (1, 2):
        save_incidents(shop, [incident("shop", phone, ben, laptop), other], version)

    told = delete(client, "anna").json()

    assert (told["erased"]["incidents"], told["left"]) == (1, 0)
    assert known_incidents(shop, "shop", 0) == [incident("shop", ben)]
    assert known_incidents(shop, "other", 0) == [other]
    documents = shop.query("SELECT document FROM incidents WHERE project = 'shop'")
    assert not any(gone in row["document"] for gone in (phone, laptop) for row in documents)
    assert delete(client, "ben").json()["left"] == 0
    assert known_incidents(shop, "shop", 0) == [incident("shop")]


def test_what_was_refused_is_found_in_both_spellings_of_an_id(shop: Store, client: Client) -> None:
    assert delete(client, "zoë").json()["erased"]["refused_events"] == 2


def test_all_that_is_kept_is_handed_out(shop: Store, client: Client) -> None:
    told = exported(client, "anna")

    assert told[0] == {
        "kind": "visitor",
        "id": "anna",
        "project": "shop",
        "visitors": ["anna", "laptop", "phone", "tablet"],
    }
    kinds = [line["kind"] for line in told[1:]]
    assert {kind: kinds.count(kind) for kind in kinds} == {"event": 7, "session": 2, "finding": 2, "refused_event": 1}
    event = next(line for line in told if line["kind"] == "event")
    assert (event["device"], event["country"], event["props"]) == ("mobile", "AT", {})
    assert [line["raw"] for line in told if line["kind"] == "refused_event"] == ['{"anonymousId":"phone"']


@pytest.mark.parametrize(("key", "status"), [("rk_shop", 403), ("wk_shop", 403), ("ak_nobody", 401), ("", 401)])
def test_only_an_admin_key_may(shop: Store, client: Client, key: str, status: int) -> None:
    before = kept(shop)
    headers = {"Authorization": f"Bearer {key}"}

    assert client.get("/v1/visitors/phone/export", headers=headers).status_code == status
    assert delete(client, "phone", headers).status_code == status

    assert kept(shop) == before


def test_another_projects_admin_sees_and_deletes_nothing_of_ours(shop: Store, client: Client) -> None:
    before = kept(shop)
    theirs = {"Authorization": "Bearer ak_other"}

    assert client.get("/v1/visitors/ben/export", headers=theirs).text.count("\n") == 1
    assert delete(client, "ben", theirs).json()["erased"] == dict.fromkeys(told_tables(), 0)

    assert kept(shop) == before


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "{project:String}", "\\", "%", "💣"])
def test_an_id_never_becomes_sql(shop: Store, client: Client, hostile: str) -> None:
    before = kept(shop)

    assert delete(client, httpx.URL(path=f"/{hostile}").raw_path.decode()[1:]).status_code == 200

    assert kept(shop) == before


def test_many_are_erased_together_each_until_they_asked(shop: Store) -> None:
    many = [ForgottenRow(project="shop", visitor=f"v{number}", forgotten_at=moment(0)) for number in range(60)]
    until = [
        ForgottenRow(project="shop", visitor=one, forgotten_at=moment(at)) for one, at in (("phone", 0), ("ben", 1))
    ]

    erased = erase(shop, [*many, *until])

    left = shop.query("SELECT id FROM events WHERE project = 'shop' AND visitor IN ('phone', 'ben') ORDER BY id")
    assert erased["events"] == 3
    assert [row["id"] for row in left] == ["ben2", "phone1", "phone2"]
