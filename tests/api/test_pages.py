"""Every list that can be long is leafed through in one way: the OpenAPI is walked, and each list to its end."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from services.core.event import Event
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, finding, moment, session, text
from tests.api.test_keys import NEEDED, operations

READ = {"Authorization": "Bearer rk_shop"}
ADMIN = {"Authorization": "Bearer ak_shop"}

BOUNDED = {
    "/v1/sessions/{id}": "one session; its events are counted off by `timeline_complete`",
    "/v1/visitors/{id}": "one person; `sessions_complete` says whether these are all",
    "/v1/jobs": "a row for each job of the journey",
    "/v1/open-jobs": "a row for each job of the journey",
    "/v1/conformance": "three rows for each place of the journey",
    "/v1/trends": "a row for each bucket of the period",
}
ASKED: Mapping[str, Mapping[str, str]] = {
    "/v1/funnel": {"breakdown": "job"},
    "/v1/funnel/events": {"breakdown": "job"},
    "/v1/trends": {"by": "job"},
    "/v1/pain-points/findings": {"detector": "rage_click"},
    "/v1/incidents": {"days": "400"},
}
MEANT_WHOLE = {
    "/v1/circumstances": {"jobs"},
    "/v1/funnel": {"steps", "trend"}, "/v1/funnel/events": {"steps", "trend"},
    "/v1/segments": {"newcomers", "segments"},
    "/v1/journey-map": {"map_rows", "columns"}, "/v1/trends": {"notes"}, "/v1/refused": {"reasons"},
}  # fmt: skip
"""Lists that are as long as a journey or a period is, beside one that is leafed through."""
WITHIN_ROWS = {
    ("/v1/circumstances", "jobs.arises"): "leafed through: a page has all jobs, each with so many",
    ("/v1/circumstances", "jobs.done"): "the same",
    ("/v1/drop-offs", "places.last_pages"): "the most frequent; all sessions behind a place are in /v1/sessions",
    ("/v1/drop-offs", "places.trails"): "the same",
    ("/v1/drop-offs", "places.circumstances"): "the surest; all are in /v1/drop-offs/circumstances",
    ("/v1/funnel", "breakdown.steps"): "a row for each step asked for",
    ("/v1/funnel", "trend.steps"): "the same",
    ("/v1/funnel/events", "breakdown.steps"): "the same",
    ("/v1/funnel/events", "trend.steps"): "the same",
    ("/v1/jobs/retention", "cohorts.later"): "a row for each bucket of the period",
    ("/v1/journey-map", "columns.pain_points"): "the three worst; all are in /v1/pain-points",
    ("/v1/versions", "versions.jobs"): "a row for each job of the journey",
    ("/v1/versions", "versions.stages"): "a row for each stage of the journey",
}
"""Lists within the rows of a list, and why none of them goes on for ever."""


@pytest.fixture
def busy_shop(store: Store, client: Client) -> None:
    """A shop with more than one row of everything that sessions, findings, events and notes make."""
    rows = [
        session(
            f"{day * DAY} browse, {day * DAY + 20} checkout.payment" + (f", {day * DAY + 60} bought" if n % 3 else ""),
            visitor=f"v{n}", user=f"u{n}", job=f"job{n % 2}", device="mobile" if n % 2 else "desktop", value=float(n),
            journey_version=f"version{n % 3}", outcome_at=moment(day * DAY + 60) if n % 3 == 1 else 0,
        )
        for n in range(80)
        for day in (n % 5,)
    ]  # fmt: skip
    found = [
        finding(row, detector, "checkout.payment", n % 5 * DAY + 30, intended=detector == "stage_stall", severity=2)
        for n, row in enumerate(rows[:40])
        for detector in ("rage_click", "loop", "stage_stall", "checkout_abandonment")
    ]
    fill(store, rows, found)
    acts = [
        Event(
            id=f"e{n}", project="shop", visitor=row.visitor, type="track", name="x",
            occurred_at=row.started_at, received_at=row.started_at,
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act) for act in acts])
    for day in (1, 2):
        fix = {"kind": "fix", "at": text(day * DAY), "title": f"fix {day}", "detector": "rage_click"}
        assert client.post("/v1/annotations", json=fix, headers=ADMIN).status_code == 201


def lists_of(client: Client, operation: dict[str, Any]) -> set[str]:
    """The lists of objects that an answer has."""
    schema = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    return set(lists_in(client, schema))


def lists_in(client: Client, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The lists of objects in what a schema names, each with the schema of its rows."""
    name = schema.get("$ref", "").rpartition("/")[2]
    fields = client.app.openapi()["components"]["schemas"].get(name, {}).get("properties", {})
    return {
        field: told["items"]
        for field, told in fields.items()
        if told.get("type") == "array" and "$ref" in told["items"]
    }


def long_lists(client: Client) -> Iterator[tuple[str, set[str], set[str]]]:
    for path, operation in operations(client):
        takes = {one["name"] for one in operation.get("parameters", [])}
        if found := lists_of(client, operation) - MEANT_WHOLE.get(path, set()):
            yield path, found, takes


def test_every_list_that_can_be_long_has_a_limit_and_a_cursor(client: Client) -> None:
    lacking = {path for path, _, takes in long_lists(client) if not {"limit", "cursor"} <= takes}

    assert lacking == set(BOUNDED)


def test_no_list_within_a_row_goes_on_for_ever(client: Client) -> None:
    found = set()
    for path, operation in operations(client):
        answer = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
        for name, row in lists_in(client, answer).items():
            found |= {(path, f"{name}.{within}") for within in lists_in(client, row)}

    assert found == set(WITHIN_ROWS)


@pytest.mark.usefixtures("busy_shop")
def test_leafing_through_gives_every_row_of_every_list_once(client: Client) -> None:
    leafed = set()
    for path, names, _ in long_lists(client):
        if path in BOUNDED:
            continue
        asked = {**NEEDED.get(path, {}), **ASKED.get(path, {})}
        asked |= (
            {} if {"annotations", "incidents", "dead_letters"} & names else {"from": text(-DAY), "to": text(9 * DAY)}
        )
        whole = client.get(path, params={**asked, "limit": "200"}, headers=READ).json()

        rows, pages = walked(client, path, {**asked, "limit": str(size_of(whole, names))}, names)

        assert whole.get("next_cursor") is None, path
        for name in names:
            assert sorted(map(json.dumps, rows[name])) == sorted(map(json.dumps, whole[name])), (path, name)
        if pages > 1:
            leafed.add(path)
    assert {"/v1/pain-points", "/v1/segments", "/v1/paths", "/v1/annotations", "/v1/funnel", "/v1/sessions"} <= leafed
    assert len(leafed) >= 14


@pytest.mark.usefixtures("busy_shop")
def test_circumstances_are_leafed_through_job_by_job_and_none_is_told_twice(ask: Ask) -> None:
    asked = {"from_": text(-DAY), "to": text(9 * DAY)}
    whole = ask("/v1/circumstances", limit=200, **asked)

    pages = [ask("/v1/circumstances", limit=1, **asked)]
    while pages[-1]["next_cursor"]:
        pages.append(ask("/v1/circumstances", limit=1, cursor=pages[-1]["next_cursor"], **asked))

    assert len(pages) > 1
    assert whole["next_cursor"] is None
    for number, job in enumerate(whole["jobs"]):
        for name in ("arises", "done"):
            assert [one for page in pages for one in page["jobs"][number][name]] == job[name], (job["job"], name)


def size_of(whole: dict[str, Any], names: set[str]) -> int:
    """Half of the longest list, so that there are two pages."""
    return max(-(-max(len(whole[name]) for name in names) // 2), 1)


def walked(client: Client, path: str, asked: dict[str, Any], names: set[str]) -> tuple[dict[str, list[Any]], int]:
    """The rows of all pages, by the links that each page gives to the next."""
    rows: dict[str, list[Any]] = {name: [] for name in names}
    page, pages = client.get(path, params=asked, headers=READ), 1
    while True:
        for name in names:
            rows[name] += page.json()[name]
        if not page.json()["next_cursor"]:
            return rows, pages
        page, pages = client.get(page.headers["Link"].split(">")[0][1:], headers=READ), pages + 1


@pytest.mark.usefixtures("busy_shop")
def test_what_comes_meanwhile_does_not_move_the_period_of_a_list(store: Store, ask: Ask) -> None:
    first = ask("/v1/pain-points", limit=1)

    fill(store, [session(f"{30 * DAY} browse")])

    second = ask("/v1/pain-points", limit=1, cursor=first["next_cursor"])
    assert second["period"] == first["period"]
    assert [one["rank"] for one in (*first["pain_points"], *second["pain_points"])] == [1, 2]


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsMiwzXQ==", "Wy0xXQ=="])
@pytest.mark.parametrize("path", ["/v1/pain-points", "/v1/annotations", "/v1/sessions"])
def test_what_is_no_cursor_of_ours_is_pointed_at(store: Store, client: Client, path: str, cursor: str) -> None:
    fill(store, [])

    response = client.get(path, params={"cursor": cursor}, headers=READ)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/query/cursor")


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/funnel/sessions", "/v1/pain-points/sessions"])
def test_a_later_page_is_compared_with_the_period_before_too(store: Store, ask: Ask, path: str) -> None:
    rows = [session(f"{day * DAY} browse", visitor=f"v{day}") for day in (1, 2, 3)]
    fill(
        store, rows, [finding(row, "rage_click", "browse", day * DAY) for day, row in zip((1, 2, 3), rows, strict=True)]
    )
    asked = {"from_": text(2 * DAY), "to": text(4 * DAY), "limit": 1}

    first = ask(path, compare="previous", **asked)
    second = ask(path, compare="previous", cursor=first["next_cursor"], **asked)

    assert [[one["visitor"] for one in of["sessions"]] for of in (first, first["previous"])] == [["v3"], ["v1"]]
    assert [[one["visitor"] for one in of["sessions"]] for of in (second, second["previous"])] == [["v2"], ["v1"]]
