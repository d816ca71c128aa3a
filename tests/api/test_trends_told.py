"""Trends at their edges: steps, friction that is meant, attempts that go on, notes that only touch the period."""

import pytest

from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, finding, moment, session, text
from tests.api.test_trends import points

FIRST = ("2026-01-01", "")


def test_drop_offs_at_a_step_are_those_that_ended_in_it(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 checkout.payment"), session("0 checkout.payment, 9 checkout.address"),
        session("0 checkout.payment, 9 bought"),
    ])  # fmt: skip
    span = {"from_": text(0), "to": text(DAY), "metric": "drop_offs"}

    assert points(ask("/v1/trends", at="checkout.payment", **span)) == {FIRST: (3, 1)}
    assert points(ask("/v1/trends", at="checkout", **span)) == {FIRST: (3, 2)}


def test_friction_that_is_meant_is_told_only_where_its_detector_is_asked_for(store: Store, ask: Ask) -> None:
    rows = [session("0 browse") for _ in range(3)]
    fill(
        store,
        rows,
        [finding(rows[0], "stage_stall", "browse", 1, intended=True), finding(rows[1], "loop", "browse", 1)],
    )
    span = {"from_": text(0), "to": text(DAY), "metric": "friction", "at": "browse"}

    assert points(ask("/v1/trends", **span)) == {FIRST: (3, 1)}
    assert points(ask("/v1/trends", detector="stage_stall", **span)) == {FIRST: (3, 1)}


def test_attempts_are_told_when_their_window_is_over_also_if_they_got_done_before(store: Store, ask: Ask) -> None:
    fill(store, [
        *(session("0 browse", job="gift", outcome_at=moment(5) if n else 0) for n in range(3)),
        session(f"{10 * DAY} browse", job="gift", outcome_at=moment(10 * DAY + 5)),
        session(f"{20 * DAY} browse"),
    ])  # fmt: skip

    answer = ask("/v1/trends", metric="attempts", from_=text(0), to=text(15 * DAY))

    tenth = "2026-01-11", ""
    assert points(answer) == {FIRST: (3, 2), tenth: (0, 0)}  # of the tenth day only the quick would be known
    assert [one["in_progress"] for one in answer["points"]] == [0, 1]
    assert [one["share"] and one["share"]["share"] for one in answer["points"]] == [pytest.approx(2 / 3), None]
    assert answer["decided_before"] == "2026-01-07T00:00:00Z"  # events are known until the 21st
    assert ask("/v1/trends", from_=text(0), to=text(15 * DAY))["decided_before"] is None


def test_notes_are_those_that_touch_the_period(store: Store, client: Client, ask: Ask) -> None:
    fill(store, [session(f"{day * DAY} browse") for day in range(9)])
    notes = {"before": (1, None), "until it": (1, 3), "over it": (2, 8), "within": (4, None), "at its end": (6, None)}
    for title, (at, until) in notes.items():
        said = {"kind": "campaign", "title": title, "at": text(at * DAY), "until": until and text(until * DAY)}
        assert client.post("/v1/annotations", json=said, headers={"Authorization": "Bearer ak_shop"}).status_code == 201

    answer = ask("/v1/trends", from_=text(3 * DAY), to=text(6 * DAY))

    assert [one["annotation"]["title"] for one in answer["notes"]] == ["until it", "over it", "within"]
