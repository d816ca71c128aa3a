"""Answers broken down: the same question of each value, whatever the question."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.random_shop import random_shop
from tests.api.shop import DAY, JOURNEY, fill, moment, session, text
from tests.api.test_keys import NEEDED, operations
from tests.api.test_scope import act

READ = {"Authorization": "Bearer rk_shop"}
ALL_TIME = {"from_": text(-DAY), "to": text(DAY)}
PERIOD = {"from": text(-DAY), "to": text(DAY)}
COMPARED = {"/v1/versions", "/v1/pain-points", "/v1/journey-map"}
"""All are answered by one function, and each has a test of its filters."""
FIX = {"kind": "fix", "at": text(30 * DAY), "title": "mended", "detector": "rage_click", "stage": "basket"}
DRAWN_ONLY = (Phase.explicit, Phase.reuse, Phase.generate)
"""A smaller shop would tell no more, and looking for it takes minutes."""
CHANGES = {"by_value", "previous", "next_cursor"}


def plain(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name not in CHANGES}


@pytest.mark.parametrize(
    ("by", "of"), [("device", ""), *((by, "/v1/versions") for by in ("segment", "visitors", "journey_version"))]
)
def test_each_value_is_answered_as_if_it_had_been_filtered_by(store: Store, client: Client, by: str, of: str) -> None:
    rows = [
        session(
            f"{n} browse, {n + 9} basket" + (f", {n + 20} bought" if n % 2 else ""), visitor=f"v{n % 5}",
            device="mobile" if n % 3 else "", journey_version=JOURNEY.version, job="gift",
        )
        for n in range(8)
    ]  # fmt: skip
    fill(store, rows)
    store.insert_lines("events", [act("v1", 1, {}, traits={"segment": "gold"})])
    values = {
        "device": ["mobile"], "segment": ["gold"], "visitors": ["new", "returning"],
        "journey_version": [JOURNEY.version],
    }[by]  # fmt: skip
    divisible = [path for path, operation in operations(client) if is_divisible(operation)]

    for path in [of] if of else divisible:
        asked = {**NEEDED.get(path, {}), **PERIOD}
        whole = client.get(path, params={**asked, "breakdown": by}, headers=READ).json()

        assert list(whole["by_value"]) == values, (path, whole)
        for value in values if path in COMPARED else ():
            alone = client.get(path, params={**asked, by: value}, headers=READ).json()
            assert plain(whole["by_value"][value]) == plain(alone), (path, value)
    assert len(divisible) >= 14


ASKED = [
    ("/v1/jobs", {}),
    ("/v1/open-jobs", {}),
    ("/v1/jobs/retention", {"bucket": "day"}),
    ("/v1/trends", {"compare": "previous"}),
    ("/v1/trends", {"metric": "success", "bucket": "week"}),
    ("/v1/trends", {"metric": "visitors", "bucket": "month"}),
    ("/v1/trends", {"metric": "effort", "bucket": "week"}),
    ("/v1/trends", {"metric": "friction", "at": "basket", "bucket": "week"}),
    ("/v1/drop-offs", {"compare": "previous", "acts": "2"}),
    ("/v1/drop-offs/circumstances", {"limit": "500"}),
    ("/v1/pain-points", {"compare": "previous"}),
    ("/v1/pain-points/fixes", {}),
    ("/v1/journey-map", {}),
    ("/v1/journey-map", {"by": "country"}),
    ("/v1/journey-map", {"by": "segment"}),
    ("/v1/paths", {}),
    ("/v1/paths", {"of": "events", "around": "a"}),
    ("/v1/circumstances", {"limit": "500"}),
    ("/v1/conformance", {}),
    ("/v1/versions", {}),
    ("/v1/trends", {"metric": "drop_offs", "by": "country", "bucket": "week"}),
    ("/v1/trends", {"metric": "success", "by": "job", "bucket": "week"}),
    ("/v1/trends", {"metric": "value", "by": "device", "bucket": "month", "compare": "previous"}),
    ("/v1/trends", {"metric": "visitors", "by": "segment", "bucket": "month"}),
    ("/v1/trends", {"metric": "attempts", "by": "country", "bucket": "week"}),
    ("/v1/trends", {"metric": "friction", "at": "basket", "by": "country", "bucket": "week"}),
    ("/v1/correlations", {"at": "browse", "limit": "500", "compare": "previous"}),
    ("/v1/correlations", {"at": "basket", "goal": "bought", "events": "false", "limit": "500"}),
    ("/v1/segments", {"limit": "500", "compare": "previous"}),
]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("by", ["device", "visitors", "segment"])
@settings(max_examples=1, deadline=None, phases=DRAWN_ONLY, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 1_000_000))
def test_of_any_shop_what_is_asked_of_all_values_at_once_is_what_is_asked_of_each(
    store: Store, client: Client, by: str, number: int
) -> None:
    shop = random_shop(number, 300)
    shop.put(store)
    store.insert_lines("events", [said_of(row, n) for n, row in enumerate(shop.sessions) if n % 4])
    client.post("/v1/annotations", json=FIX, headers={"Authorization": "Bearer ak_shop"})

    for path, more in ASKED:
        asked = {**more, "from": text(20 * DAY), "to": text(40 * DAY)}
        whole = client.get(path, params={**asked, "breakdown": by}, headers=READ).json()

        assert len(whole["by_value"]) > 1, (path, whole)
        for value, one in list(whole["by_value"].items())[:2]:
            alone = client.get(path, params={**asked, by: value}, headers=READ).json()
            assert (plain(one), one["previous"]) == (plain(alone), alone["previous"]), (path, more, value)


def test_a_session_said_to_be_of_several_segments_is_in_each(store: Store, ask: Ask) -> None:
    fill(store, [
        session(f"{DAY}-{DAY + 9} browse", visitor="anna"), session(f"{DAY}-{DAY + 9} browse", visitor="ben"),
        session("0 browse", visitor="ben"),
    ])  # fmt: skip
    said(store, ("anna", DAY + 1, "silver"), ("anna", DAY + 2, "gold"), ("ben", DAY, "gold"), ("ben", 0, "silver"))

    answer = ask("/v1/versions", from_=text(DAY), to=text(2 * DAY), breakdown="segment", compare="previous")

    assert {value: sessions(one) for value, one in answer["by_value"].items()} == {"gold": (2, 0), "silver": (1, 1)}


def test_a_session_said_to_be_of_several_segments_in_the_period_before_is_in_each_there(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{DAY} browse", visitor="anna"), session("0-9 browse", visitor="anna")])
    said(store, ("anna", DAY, "silver"), ("anna", 0, "silver"), ("anna", 5, "gold"))

    answer = ask("/v1/versions", from_=text(DAY), to=text(2 * DAY), breakdown="segment", compare="previous")

    assert {value: sessions(one) for value, one in answer["by_value"].items()} == {"silver": (1, 1)}


def said(store: Store, *segments: tuple[str, float, str]) -> None:
    """Of which segment a visitor was said to be at some second."""
    acts = [act(visitor, at, {}, traits={"segment": segment}) for visitor, at, segment in segments]
    store.insert_lines("events", acts)


def sessions(answer: Any) -> tuple[int, int]:
    """In the period, and in the one before."""
    now, before = (sum(one["sessions"] for one in of["versions"]) for of in (answer, answer["previous"]))
    return now, before


def said_of(row: SessionRow, n: int) -> bytes:
    """That the visitor is of a segment, said at the end of a session."""
    seconds = (row.ended_at - moment(0)) / 1000
    return act(row.visitor, seconds, {}, traits={"segment": "gold" if n % 3 else "silver"})


def test_every_question_is_asked_once_for_all_values(client: Client) -> None:
    tried = {path for path, _ in ASKED}

    assert {path for path, one in operations(client) if is_divisible(one)} == tried


def is_divisible(operation: Any) -> bool:
    names = {one["name"]: one for one in operation.get("parameters", [])}
    return "breakdown" in names and "by_value" in names["breakdown"]["description"]


def test_each_value_is_compared_with_the_period_before_too(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", device="tv"), session(f"{DAY} browse", device="tv")])

    answer = ask("/v1/drop-offs", from_=text(DAY), to=text(2 * DAY), breakdown="device", compare="previous")

    assert (answer["by_value"]["tv"]["sessions"], answer["by_value"]["tv"]["previous"]["sessions"]) == (1, 1)


def test_a_table_says_in_its_first_column_of_which_value_each_row_is(store: Store, client: Client) -> None:
    fill(store, [session("0 browse", device="tv"), session("0 basket", device="mobile")])

    table = client.get("/v1/paths", params={**PERIOD, "breakdown": "device", "format": "csv"}, headers=READ).text

    told = [(row["by_device"], row["source"], row["target"]) for row in csv.DictReader(StringIO(table))]
    assert ("tv", "", "browse") in told
    assert ("mobile", "", "basket") in told
    assert {of for of, *_ in told} == {"", "tv", "mobile"}
    assert table.startswith("by_device,list,")


@pytest.mark.parametrize("path", ["/v1/versions", "/v1/trends"])
def test_only_the_most_frequent_values_are_told_and_none_that_is_not_known(store: Store, ask: Ask, path: str) -> None:
    fill(
        store,
        [session("0 browse", country=f"C{n:02}") for n in range(12) for _ in range(n + 1)] + [session("0 browse")],
    )

    answer = ask(path, breakdown="country", **ALL_TIME)

    assert list(answer["by_value"]) == [f"C{n:02}" for n in range(11, 1, -1)]
    assert answer["values_left_out"] == 2
