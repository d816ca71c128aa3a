"""What every question takes and gives, by its OpenAPI; and for each that does not, why."""

from typing import Any

from services.api.question import Divisible, Question
from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.shop import fill, session
from tests.api.test_keys import NEEDED, operations

READ = {"Authorization": "Bearer rk_shop"}
COMMON = {field.alias or name for name, field in Question.model_fields.items()}
TABLES = {"text/csv", "application/vnd.apache.parquet"}

ABOUT_ONE = {
    "/v1/sessions/{id}": "one session, whole: there is nothing to choose or compare; `tz` for its story",
    "/v1/visitors/{id}": "one person, all of the time",
}
NOT_OF_SESSIONS = {
    "/v1/refused": "events that never came into a session; by period and reason",
    "/v1/annotations": "what somebody wrote",
    "/v1/incidents": "what was judged once, as it was told",
    "/v1/incidents/dead-letters": "messages",
    "/v1/rates": "the very hour and cell of an incident, as it was judged: filtered it would be another number",
}
NOT_BROKEN_DOWN = {
    "/v1/sessions": "a list of sessions, each with its device, country, …",
    "/v1/funnel/sessions": "the same",
    "/v1/funnel/events/sessions": "the same",
    "/v1/pain-points/sessions": "the same",
    "/v1/pain-points/findings": "a list of findings",
    "/v1/event-log": "a list of sessions' ways",
    "/v1/funnel": "broken down by values as they were at the first, the last or each step",
    "/v1/funnel/events": "the same",
}
STREAMED = {"/v1/event-log"}


def taken(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", [])}


def formats(operation: dict[str, Any]) -> set[str]:
    return set(operation["responses"]["200"].get("content", {}))


def test_every_question_of_sessions_takes_what_all_take(client: Client) -> None:
    less = {path for path, operation in operations(client) if not taken(operation) >= COMMON}

    assert less == {*ABOUT_ONE, *NOT_OF_SESSIONS}
    assert {"from", "to", "tz", "journey_version", "where", "segment", "visitors", "compare", "format"} <= COMMON


def test_every_answer_of_sessions_is_broken_down_or_there_is_a_reason(client: Client) -> None:
    asked = {path: operation for path, operation in operations(client) if taken(operation) >= COMMON}
    words = Divisible.model_fields["breakdown"].description

    broken_down = {
        path
        for path, operation in asked.items()
        for one in operation["parameters"]
        if one["name"] == "breakdown" and one["description"] == words
    }

    assert asked.keys() - broken_down == set(NOT_BROKEN_DOWN)


def test_every_answer_of_sessions_is_to_be_had_as_json_csv_and_parquet(client: Client) -> None:
    lacking = {
        path
        for path, operation in operations(client)
        if taken(operation) >= COMMON and not formats(operation) >= {"application/json", *TABLES}
    }

    assert lacking == STREAMED


def test_every_answer_says_how_fresh_it_is_and_may_be_asked_for_again_cheaply(store: Store, client: Client) -> None:
    fill(store, [session("0 browse", id="s1", visitor="v1")])

    for path, operation in operations(client):
        if path in STREAMED:
            continue
        url = path.replace("{id}", "v1" if "visitors" in path else "s1")
        first = client.get(url, params=NEEDED.get(path, {}), headers=READ)
        again = client.get(url, params=NEEDED.get(path, {}), headers=READ | {"If-None-Match": first.headers["ETag"]})

        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), path
        if path not in NOT_OF_SESSIONS:
            assert {"fresh_until", "written_at"} <= first.json().keys(), path
        assert "application/problem+json" in str(operation["responses"]), path


def test_every_question_says_of_a_name_it_does_not_know_that_it_is_none(store: Store, client: Client) -> None:
    fill(store, [])

    for path, operation in operations(client):
        if taken(operation) - {"id"}:
            refused = client.get(path, params={**NEEDED.get(path, {}), "stepps": "x"}, headers=READ)

            assert refused.status_code == 422, path
            assert refused.json()["errors"][0]["pointer"] == "/query/stepps", path
