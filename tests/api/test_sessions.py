"""The sessions behind the numbers: listed, filtered, leafed through, and one in full."""

import msgspec

from services.core.event import Event
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, finding, moment, session, text

READ = {"Authorization": "Bearer rk_shop"}


def test_sessions_come_newest_first_within_the_half_open_period(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{start} browse", id=f"at{start}") for start in (0, 10, 20, 30)])

    answer = ask("/v1/sessions", from_=text(10), to=text(30))

    assert [one["id"] for one in answer["sessions"]] == ["at20", "at10"]
    assert answer["next_cursor"] is None


def test_the_default_period_is_the_last_14_days_of_data(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{day * DAY} browse", id=f"day{day}") for day in (0, 5.9, 6.1, 20)])

    answer = ask("/v1/sessions")

    assert [one["id"] for one in answer["sessions"]] == ["day20", "day6.1"]
    assert answer["fresh_until"] == text(20 * DAY).replace("+00:00", "Z")


def test_leafing_through_shows_every_session_once_though_new_ones_arrive(store: Store, client: Client) -> None:
    fill(store, [session(f"{number // 3} browse", id=f"s{number:02}") for number in range(20)])
    seen, url = [], "/v1/sessions?limit=6"

    while url:
        page = client.get(url, headers=READ)
        seen += [one["id"] for one in page.json()["sessions"]]
        fill(store, [session(f"{100 + len(seen)} browse")])
        url = page.headers["Link"].split(">")[0][1:] if "Link" in page.headers else ""

    assert seen == [f"s{number:02}" for number in reversed(range(20))]


def test_a_page_that_is_just_full_is_the_last(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{number} browse") for number in range(4)])

    assert (ask("/v1/sessions", limit=4)["next_cursor"], ask("/v1/sessions", limit=3)["next_cursor"] is None) == (
        None,
        False,
    )


def test_a_session_whose_abandonment_was_taken_back_is_not_found_by_it(store: Store, ask: Ask) -> None:
    left = session("0 browse, 5 basket", visitor="anna")
    gone = session("0 browse, 5 basket", visitor="ben")
    fill(
        store,
        [left, gone, session(f"{DAY} basket, {DAY + 60} bought", visitor="anna")],
        [finding(one, "cart_abandonment", "basket", 5) for one in (left, gone)],
    )

    assert [one["id"] for one in ask("/v1/sessions", detector="cart_abandonment")["sessions"]] == [gone.id]


def test_filters_narrow_by_stage_job_visitor_and_detector(store: Store, ask: Ask) -> None:
    sought = session("0 browse, 5 checkout.payment", job="gift", visitor="anna")
    others = [session("0 browse"), session("0 checkout", job="gift"), session("0 browse", visitor="anna")]
    fill(store, [sought, *others], [finding(sought, "rage_click", "checkout.payment", 6)])

    for filters in ({"stage": "checkout", "visitor": "anna"}, {"job": "gift", "detector": "rage_click"}):
        assert [one["id"] for one in ask("/v1/sessions", **filters)["sessions"]] == [sought.id]
    assert ask("/v1/sessions", visitor="nobody")["sessions"] == []


def test_a_session_shows_its_way_its_findings_and_its_own_events(store: Store, ask: Ask) -> None:
    one = session("0-20 browse, 30 checkout.payment", visitor="anna", job="gift", job_rules=["gift/1"], value=12.5)
    one.path_rule = ["browse/1", "checkout.payment/2"]
    events = [
        Event(
            id=f"e{at}", project="shop", visitor=visitor, type="track", name="x", occurred_at=moment(at),
            received_at=moment(at), props=msgspec.Raw(b'{"n": 1}'),
        )
        for at, visitor in ((0, "anna"), (30, "anna"), (31, "anna"), (10, "ben"))
    ]  # fmt: skip
    fill(store, [one], [finding(one, "rage_click", "checkout.payment", 30, evidence=["e30"])])
    store.insert_lines("events", [msgspec.json.encode(event) for event in [*events, events[0]]])

    answer = ask(f"/v1/sessions/{one.id}")

    assert [(run["stage"], run["step"]) for run in answer["path"]] == [("browse", ""), ("checkout", "payment")]
    assert [(run["rule"], run["confidence"]) for run in answer["path"]] == [("browse/1", 1), ("checkout.payment/2", 1)]
    assert (answer["job"], answer["job_rules"], answer["outcome_at"]) == ("gift", ["gift/1"], None)
    assert [found["evidence"] for found in answer["findings"]] == [["e30"]]
    assert [event["id"] for event in answer["timeline"]] == ["e0", "e30"]
    assert answer["timeline"][0]["props"] == {"n": 1}


def test_a_session_that_is_not_there_is_a_404_problem(store: Store, client: Client) -> None:
    fill(store, [])

    response = client.get("/v1/sessions/nowhere", headers=READ)

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["pointer"] == "/path/id"
