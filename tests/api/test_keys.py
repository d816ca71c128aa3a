"""Who may ask what: every endpoint of the OpenAPI, walked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from services.api.app import create_app
from services.api.question import Divisible, Question
from services.api.routes.visitors import RIGHTS
from services.core.event import Event
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.shop import DAY, SomeKeys, fill, finding, moment, session, text
from tests.stores import fresh_dsn

# What changes something; who may is tested with each.
WRITES = {("post", "/v1/annotations"), ("delete", "/v1/annotations/{id}")}
# No question by a read key: tests/api/test_incidents.py holds the chart to its signature, and
# tests/embedded/test_findings_stream.py and tests/edges/test_findings_feed.py the stream to its key and its project.
NO_QUESTION = {"/v1/charts/{project}/{id}/{hour}.png", "/v1/findings/stream"}
SECRET = "belongs-to-another-project"
READ = {"Authorization": "Bearer rk_shop"}

# Each is many in one: what ends a text, a statement, a parameter, a format; what is no text; what is out of range.
HOSTILE = [
    "' OR 1=1 -- \\' UNION ALL SELECT raw FROM refused_events -- ') FORMAT Null; {project:String} %s %(x)s {0} .:\\",
    "\x00\t\n\\N" + "\ud800".encode("utf-8", "surrogatepass").decode("latin-1") + "🧨",
]
EXTREME = ["-1", "99999999999999999999", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
WHERE = ["props.{}:eq:x", "context.{}.{}:contains:{}"]


@pytest.fixture
def two_tenants(store: Store) -> None:
    """A shop, and another project whose every text is a secret."""
    other = session(
        "0 browse, 10 checkout.payment, 20 bought",
        project="other", id=SECRET, visitor=SECRET, user=SECRET, job=SECRET, entry_page=SECRET, value=99.0,
    )  # fmt: skip
    rage = finding(other, "rage_click", "checkout.payment", 12, page=SECRET, element=SECRET, cause=SECRET)
    fill(store, [session("0 browse", project="shop"), other], [rage])
    act = Event(
        id=SECRET, project="other", visitor=SECRET, type="track", name=SECRET,
        occurred_at=moment(5), received_at=moment(5),
    )  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act)])


def operations(client: Client) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each question's path and its description in the OpenAPI."""
    for path, methods in client.app.openapi()["paths"].items():
        if path.startswith("/v1/") and path not in NO_QUESTION:
            for method, operation in methods.items():
                if RIGHTS in operation["tags"]:  # for admin keys only: test_visitors.py walks them
                    continue
                assert method == "get" or (method, path) in WRITES, f"walk {method} {path} too"
                if method == "get":
                    yield path, operation


def test_without_a_key_nothing_is_told(client: Client) -> None:
    for path, _ in operations(client):
        for headers in ({}, {"Authorization": "Bearer rk_nobody"}, {"Authorization": "Basic !!"}):
            response = client.get(path, headers=headers)

            assert response.status_code == 401, path
            assert response.headers["content-type"] == "application/problem+json"
            assert "www-authenticate" in response.headers


def test_a_write_key_may_not_ask(client: Client) -> None:
    for path, _ in operations(client):
        assert client.get(path, headers={"Authorization": "Bearer wk_shop"}).status_code == 403, path


@pytest.mark.parametrize("key", ["rk_shop", "ak_shop"])
def test_read_and_admin_keys_may_ask_by_bearer_or_as_the_user_of_basic(store: Store, client: Client, key: str) -> None:
    fill(store, [])

    assert client.get("/v1/funnel", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/v1/funnel", auth=(key, "")).status_code == 200


@pytest.mark.usefixtures("two_tenants")
def test_tenants_never_see_each_other(client: Client) -> None:
    span = {"from": text(-DAY), "to": text(DAY)}
    for path, operation in operations(client):
        url = path.replace("{id}", SECRET)
        takes = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        asked = NEEDED.get(path, {}) | {name: value for name, value in span.items() if name in takes}

        theirs = client.get(url, params=asked, headers={"Authorization": "Bearer rk_other"})
        ours = client.get(url, params=asked, headers=READ)

        assert theirs.status_code == 200, theirs.text
        assert ours.status_code == (404 if "{id}" in path else 200)
        assert SECRET not in ours.text


def test_another_tenants_data_and_the_way_to_the_store_change_no_answer(
    store: Store, client: Client, request: pytest.FixtureRequest
) -> None:
    ours = [tenants_session(number, "shop", 30 * DAY) for number in range(120)]
    rages = [finding(row, "rage_click", "checkout", 30 * DAY + 20) for row in ours[::2]]
    # The same ids, visitors known as one person, earlier visits, later ones, other findings, other events.
    same_ids = [tenants_session(number, "other", 30 * DAY, user="one", id=ours[number].id) for number in range(120)]
    earlier = [tenants_session(number, "other", 0) for number in range(0, 60, 4)]
    beside = [tenants_session(number, "other", 30 * DAY) for number in range(60)]
    later = [tenants_session(number, "other", 60 * DAY) for number in range(60)]
    loops = [
        finding(row, detector, "checkout", 30 * DAY + 5) for row in same_ids for detector in ("loop", "rage_click")
    ]
    fill(store, ours, rages)
    do(store, ours[::3], "bought a hat")

    with shared_over_http(request) as (shared, asking):
        fill(shared, ours + same_ids + earlier + beside + later, rages + loops)
        do(shared, ours[::3], "bought a hat")
        do(shared, same_ids, "x")

        assert answers(asking) == answers(client)


@contextmanager
def shared_over_http(request: pytest.FixtureRequest) -> Iterator[tuple[Store, Client]]:
    """A store of several tenants that is reached over HTTP, and somebody who asks it."""
    shared = Store.open(fresh_dsn("http", request))
    asking = Client(create_app(SomeKeys(), shared))
    yield shared, asking
    asking.close()
    shared.close()


def do(store: Store, rows: Sequence[SessionRow], name: str) -> None:
    """Let the visitor of each session do something when it begins."""
    acts = [
        Event(
            id=f"{name} {row.visitor}", project=row.project, visitor=row.visitor, type="track", name=name,
            occurred_at=row.started_at, received_at=row.started_at, props=msgspec.Raw(b'{"color":"red"}'),
        )
        for row in rows
    ]  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act) for act in acts])


def tenants_session(number: int, project: str, start: float, **given: object) -> SessionRow:
    """A session of visitor `v<number>`; whether it ends with a purchase depends on the number."""
    way = f"{start} browse, {start + 10} checkout" + (f", {start + 90} bought" if number % 3 else "")
    told: dict[str, object] = {"campaign": f"{project} {number % 2}", "value": float(number), "currency": "EUR"}
    return session(way, project=project, visitor=f"v{number}", **told | given)


SAMPLES = {"detector": ["loop"], "visitor": ["v0"], "stage": ["checkout"]}
BESIDE = {"property": {"property": "color"}}  # a value of a parameter, and what must be asked with it
NEEDED = {
    "/v1/funnel/events": {"step": "x"},
    "/v1/funnel/events/sessions": {"step": "x"},
    "/v1/rates": {"hour": "490000", "detector": "loop"},
}  # what a question cannot be asked without
SHARED = frozenset(field.alias or name for name, field in Question.model_fields.items())
"""What all questions take is worked out at one place, so it is tried at one of them."""
TRIED_AT = "/v1/sessions"
BREAKDOWN = Divisible.model_fields["breakdown"].description
BREAKDOWN_TRIED_AT = "/v1/versions"
"""As what all take: endpoint.py asks again for each value. A funnel's own breakdown is another."""


def answers(client: Client) -> dict[str, Any]:
    """What the shop is told to every question, asked with every value that its OpenAPI names."""
    some = client.get("/v1/sessions?limit=1", headers=READ).json()["sessions"][0]
    told = {}
    for path, operation in operations(client):
        url = path.replace("{id}", some["visitor" if "visitors" in path else "id"])
        ways = [{}, *together(values_of(path, operation))]
        while ways:
            parameters = ways.pop(0)
            answer = client.get(url, params=NEEDED.get(path, {}) | parameters, headers=READ)
            if answer.status_code == 422:  # these may not stand together
                assert len(parameters) > 1, answer.text
                ways += [{name: value} | BESIDE.get(value, {}) for name, value in parameters.items()]
                continue
            assert answer.status_code == 200, answer.text
            told[f"{path} {parameters}"] = told_by(answer)
    return told


def told_by(answer: Any) -> Any:
    """All but when it was written."""
    is_json = answer.headers["Content-Type"] == "application/json"
    return answer.json() | {"written_at": None} if is_json else answer.content


def values_of(path: str, operation: dict[str, Any]) -> dict[str, list[str]]:
    """What to ask each parameter with."""
    return {
        parameter["name"]: [*few(parameter["schema"]), *SAMPLES.get(parameter["name"], [])]
        for parameter in operation.get("parameters", [])
        if path == TRIED_AT or parameter["name"] not in SHARED
        if path == BREAKDOWN_TRIED_AT or parameter.get("description") != BREAKDOWN
    }


def few(schema: dict[str, Any]) -> list[str]:
    """Of the many columns that sessions can be told apart by, each is as another: a few say all."""
    values = [value for one in (schema, *schema.get("anyOf", [])) for value in one.get("enum", [])]
    return values[:2] + values[-2:] if len(values) > 6 else values


def together(values: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Each value once at least, with those of the other parameters beside it."""
    for number in range(max(map(len, values.values()), default=0)):
        chosen = {name: some[number % len(some)] for name, some in values.items() if some}
        yield chosen | {name: text for value in chosen.values() for name, text in BESIDE.get(value, {}).items()}


@pytest.mark.usefixtures("two_tenants")
def test_the_project_cannot_be_chosen_by_the_request(client: Client) -> None:
    for path, operation in operations(client):
        response = client.get(path, params={"project": "other"}, headers={**READ, "X-Project": "other"})

        takes_nothing = not any(one["in"] == "query" for one in operation.get("parameters", []))
        assert response.status_code in {404, 422} or takes_nothing, path
        assert SECRET not in response.text


@pytest.mark.usefixtures("two_tenants")
def test_hostile_values_are_values_or_mistakes_and_never_sql(store: Store, client: Client) -> None:
    before = store.query("SELECT count() AS n FROM sessions")
    for path, operation in operations(client):
        free = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query" and is_free(one)]
        own = free if path == TRIED_AT else [name for name in free if name not in SHARED]
        for value, names in (*((one, free) for one in HOSTILE), *((one, own) for one in EXTREME if own)):
            url = path.replace("{id}", quote(value, safe=""))
            ask_until_taken(client, url, dict.fromkeys(names, value))
        for value in HOSTILE:
            named = value.replace("\\", "\\\\").replace(".", "\\.").replace(":", "\\:")
            conditions = [one.format(named, named, value) for one in WHERE]
            steps = [f"{value.replace('|', '')}|{one}".replace("\\\\|", "|") for one in conditions]
            special = {"where": conditions if path == TRIED_AT else [], "step": steps}
            asked = {name: value for name, value in special.items() if name in free and value}
            if asked:
                ask_until_taken(client, path, NEEDED.get(path, {}) | asked)
    assert store.query("SELECT count() AS n FROM sessions") == before


def is_free(parameter: dict[str, Any]) -> bool:
    """Whether a parameter takes any text, so that it may come near SQL."""
    schemas = (parameter["schema"], *parameter["schema"].get("anyOf", []))
    return not any("enum" in schema or schema.get("type") in {"integer", "boolean"} for schema in schemas)


def ask_until_taken(client: Client, path: str, hostile: dict[str, Any]) -> None:
    """Ask with all of it at once, leaving out what is pointed at as a mistake until the rest is taken."""
    while True:
        response = client.get(path, params=hostile, headers=READ)

        assert response.status_code in {200, 404, 422}, (path, hostile, response.text)
        assert SECRET not in response.text
        if response.status_code != 422:
            return
        mistaken = {one["pointer"].split("/")[2] for one in response.json()["errors"]} & set(hostile)
        hostile = {name: value for name, value in hostile.items() if name not in mistaken}
        if not mistaken:  # it cannot do without what we left out
            assert set(NEEDED[path]) - set(hostile), response.text
            hostile |= NEEDED[path]
