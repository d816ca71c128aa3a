"""What all questions share: filters, what they are told apart by, comparison; and that no SQL reads past it."""

import json
import re
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from services.api.condition import read_condition
from services.core.event import Event
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, moment, session, text
from tests.api.test_keys import NEEDED

READ = {"Authorization": "Bearer rk_shop"}
BARE = re.compile(r"\b(?:FROM|JOIN)\s+(sessions|findings|events)\b")
# These read a table themselves: how fresh all is, about how many sessions of a project there are, one session or one
# person that is named, and all that the people of a question did before and after what it is about.
OF_THEIR_OWN = {
    *("freshness.sql", "sessions_stored.sql", "session.sql", "session_events.sql"),
    *("open_jobs.sql", "visitor_person.sql", "visitor.sql"),
}


def act(visitor: str, at: float, props: dict[str, Any], **given: Any) -> bytes:
    return msgspec.json.encode(
        Event(
            id=f"{visitor}{at}", project="shop", visitor=visitor, type=given.pop("type", "track"), name="x",
            occurred_at=moment(at), received_at=moment(at), props=msgspec.Raw(json.dumps(props).encode()),
            context=msgspec.Raw(json.dumps(given).encode()),
        )
    )  # fmt: skip


def visitors(answer: Any) -> set[str]:
    return {one["visitor"] for one in answer["sessions"]}


def test_no_question_reads_sessions_findings_or_events_past_the_scope() -> None:
    questions = [file for file in (files("services.api") / "questions").iterdir() if file.name.endswith(".sql")]

    bare = {file.name for file in questions if BARE.search(file.read_text())}

    assert len(questions) > 5
    assert bare == OF_THEIR_OWN


@pytest.mark.parametrize(
    ("condition", "fitting"),
    [
        ("props.plan:eq:pro", {"anna"}),
        ("props.plan:ne:pro", {"ben"}),
        ("props.plan:contains:RE", {"ben"}),
        ("props.plan:exists", {"anna", "ben"}),
        ("props.price:gt:5", {"anna"}),
        ("props.price:gte:5", {"anna", "ben"}),
        ("props.price:lt:5.5", {"ben"}),
        ("props.price:lte:4", set()),
        ("props.price:eq:5", {"ben"}),
        ("props.basket.size:eq:2", {"anna"}),
        ("props.with\\.dot:eq:a:b", {"ben"}),
        ("context.page.path:eq:/gifts", {"anna"}),
        ("props.nothing:exists", set()),
        ("props.null:exists", set()),
        ("type:eq:identify", {"ben"}),
    ],
)
def test_a_condition_chooses_sessions_by_what_some_event_in_them_says(
    store: Store, ask: Ask, condition: str, fitting: set[str]
) -> None:
    fill(store, [session("0-10 browse", visitor=name) for name in ("anna", "ben", "carl", "dora")])
    said = {"plan": "pro", "price": 9.5, "basket": {"size": 2}, "null": None}
    store.insert_lines(
        "events",
        [
            act("anna", 5, said, page={"path": "/gifts"}),
            act("ben", 5, {"plan": "free", "price": "5", "with.dot": "a:b"}, type="identify"),
            act("carl", 50, said),  # after the session
            act("dora", 5, {}),  # says nothing
        ],
    )

    assert visitors(ask("/v1/sessions", where=condition)) == fitting


def test_of_several_conditions_each_must_be_fitted(store: Store, ask: Ask) -> None:
    fill(store, [session("0-10 browse", visitor=name) for name in ("anna", "ben")])
    store.insert_lines("events", [act("anna", 1, {"a": 1}), act("anna", 2, {"b": 1}), act("ben", 1, {"a": 1})])

    assert visitors(ask("/v1/sessions", where=["props.a:exists", "props.b:exists"])) == {"anna"}


def test_every_question_takes_the_filters(store: Store, client: Client) -> None:
    # A filter that nothing passes must leave every answer without numbers.
    fill(store, [session("0-5 browse, 10 checkout.payment", visitor="anna")])
    paths = [path for path, methods in client.app.openapi()["paths"].items() if has_table(methods)]

    for path in paths:
        for filters in ({"where": "props.a:exists"}, {"job": "nothing"}, {"visitors": "returning"}, {"segment": "x"}):
            table = client.get(path, params={"format": "csv", **NEEDED.get(path, {}), **filters}, headers=READ)

            assert table.status_code == 200, table.text
            assert not re.search(r"\b[1-9]", table.text), (path, filters, table.text)
    assert len(paths) >= 4


def has_table(methods: Any) -> bool:
    return "text/csv" in methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})


def test_visitors_are_new_in_their_first_session(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{day * DAY} browse", visitor="anna", id=f"day{day}") for day in (0, 3, 20)])

    of_new = ask("/v1/sessions", visitors="new", from_=text(-DAY), to=text(30 * DAY))
    of_returning = ask("/v1/sessions", visitors="returning", from_=text(-DAY), to=text(30 * DAY))
    lately = ask("/v1/sessions", visitors="new", from_=text(2 * DAY), to=text(30 * DAY))

    assert [one["id"] for one in of_new["sessions"]] == ["day0"]
    assert [one["id"] for one in of_returning["sessions"]] == ["day20", "day3"]
    assert lately["sessions"] == []


def test_a_segment_is_what_the_visitor_was_said_to_be_of(store: Store, ask: Ask) -> None:
    fill(store, [session("0-10 browse", visitor=name) for name in ("anna", "ben", "carl")])
    store.insert_lines(
        "events",
        [
            act("anna", 1, {}, traits={"segment": "gold"}),
            act("ben", 1, {"segment": "gold"}, type="identify"),
            act("carl", 1, {"segment": "gold"}),
        ],
    )

    assert visitors(ask("/v1/sessions", segment="gold")) == {"anna", "ben"}


@pytest.mark.parametrize(
    "condition",
    ["", "plan:eq:pro", "props:eq:pro", "props.:eq:pro", "props.plan:is:pro", "props.plan", "props.a:gt:many",
     "props.a:gt:inf", "name.first:eq:x", "props" + ".a" * 9 + ":exists", "props.a:eq:" + "x" * 1000],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_is_pointed_at(store: Store, client: Client, condition: str) -> None:
    fill(store, [])

    response = client.get("/v1/sessions", params={"where": ["props.a:exists", condition]}, headers=READ)

    assert response.status_code == 422
    assert [one["pointer"] for one in response.json()["errors"]] == ["/query/where/1"]


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a\\\\b", "{project:String}", "🧨", "a\nb", "1", "$", "*"])
def test_any_name_of_a_property_is_a_name(store: Store, ask: Ask, name: str) -> None:
    fill(store, [session("0-10 browse", visitor="anna"), session("0-10 browse", visitor="ben")])
    store.insert_lines("events", [act("anna", 1, {name: {name: name}}), act("ben", 1, {"a": {"b": "c"}})])
    spelt = name.replace(":", "\\:")

    assert visitors(ask("/v1/sessions", where=f"props.{spelt}.{spelt}:eq:{name}")) == {"anna"}


def test_a_version_of_the_journey_that_was_never_stored_is_pointed_at(store: Store, client: Client) -> None:
    fill(store, [])

    response = client.get("/v1/funnel", params={"journey_version": "v0"}, headers=READ)

    assert response.json()["errors"][0]["pointer"] == "/query/journey_version"


def test_conditions_never_bring_text_into_sql() -> None:
    condition = read_condition("props.x' OR 1=1:eq:y' OR 1=1")

    assert "OR" not in condition.text("where0")
    assert condition.parameters("where0") == {"where0_0": "x' OR 1=1", "where0": "y' OR 1=1"}


def test_to_compare_is_the_same_answer_for_the_period_before(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", id="a"), session(f"{DAY} browse", id="b")])

    answer = ask("/v1/sessions", from_=text(DAY), to=text(2 * DAY), compare="previous")

    assert [one["id"] for one in answer["sessions"]] == ["b"]
    assert [one["id"] for one in answer["previous"]["sessions"]] == ["a"]
    assert answer["previous"]["period"] == {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}


def test_a_session_is_of_the_segment_that_was_said_last_in_it(store: Store, ask: Ask) -> None:
    fill(store, [session("0-10 browse", visitor="anna"), session("9000-9010 browse", visitor="anna")])
    said = ((1, "silver"), (5, "gold"), (9005, "iron"), (99_000, "tin"))
    store.insert_lines("events", [act("anna", at, {}, traits={"segment": segment}) for at, segment in said])

    rows = ask("/v1/journey-map", by="segment", from_=text(-DAY), to=text(DAY))["map_rows"]

    assert sorted(one["row"] for one in rows) == ["gold", "iron"]
