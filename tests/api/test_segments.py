"""Segments: who the customers are, whom to talk to, and whom to ask."""

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.said import say
from tests.api.shop import DAY, fill, moment, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(60 * DAY)}


def visit(day: float, who: str, *, bought: float = 0, job: str = "gift") -> SessionRow:
    """A session of a known customer; one that buys for so much gets its job done."""
    start = day * DAY
    return session(
        f"{start} browse" + (f", {start + 60} bought" if bought else ""), user=who, visitor=f"{who}-phone", job=job,
        value=bought, currency="EUR", outcome_at=moment(start + 60) if bought else 0,
    )  # fmt: skip


def test_a_good_customer_with_an_unmet_job_is_worth_a_talk(store: Store, ask: Ask) -> None:
    rich = [visit(day, "rich", bought=100) for day in (1, 20, 40)] + [visit(41, "rich", job="return")]
    others = [visit(number, f"c{number}", bought=10) for number in range(10)]
    unmet = [visit(2, "stranger", job="return")]
    fill(store, [*rich, *others, *unmet, session("0 browse", visitor="nobody")])

    answer = ask("/v1/segments", **ALL_TIME)

    assert answer["customers"] == 12
    (found,) = answer["to_interview"]
    assert (found["person"], found["unmet"], found["worth"], found["done"]) == ("rich", ["return"], 300, 3)
    assert (found["segment"], found["recency"], found["frequency"], found["monetary"]) == ("champions", 5, 5, 5)
    assert sum(one["customers"] for one in answer["segments"]) == 12


def test_those_whose_attempt_is_over_are_asked_unless_they_were(store: Store, ask: Ask) -> None:
    rows = [visit(1, "done", bought=10), visit(2, "asked", bought=10), visit(59, "trying")]
    fill(store, rows)
    say(store, rows[1:2], "done_stated", '{"done": true}')

    assert [one["person"] for one in ask("/v1/segments", **ALL_TIME)["to_survey"]] == ["done"]


def test_the_table_has_both_lists(store: Store, client: Client) -> None:
    fill(store, [visit(1, "done", bought=10), visit(2, "left"), visit(59, "late", bought=5)])

    span = {"from": ALL_TIME["from_"], "to": ALL_TIME["to"]}
    given = client.get("/v1/segments", params=span | {"format": "csv"}, headers={"Authorization": "Bearer rk_shop"})
    answer = client.get("/v1/segments", params=span, headers={"Authorization": "Bearer rk_shop"}).json()

    told = [line.split(",")[:2] for line in given.text.splitlines()]
    assert told[0] == ["list", "person"]
    assert told[1:] == [[name, one["person"]] for name in ("to_interview", "to_survey") for one in answer[name]]
    assert {name for name, _ in told[1:]} == {"to_survey"}


def test_new_and_returning_are_told_apart(store: Store, ask: Ask) -> None:
    fill(
        store, [session("0 browse", visitor="a"), session("9000 browse, 9009 bought", visitor="a"), session("0 browse")]
    )

    told = {one["visitors"]: (one["people"], one["sessions"], one["done"]["share"]) for one in
            ask("/v1/segments", **ALL_TIME)["newcomers"]}  # fmt: skip

    assert told == {"new": (2, 2, 0), "returning": (1, 1, 1)}


def test_customers_come_best_first_with_their_last_session_and_who_is_asked_latest_first(
    store: Store, ask: Ask
) -> None:
    good = [visit(day, "good", bought=50) for day in (1, 5, 9)] + [visit(12, "good", job="return")]
    best = [visit(day, "best", bought=90) for day in (2, 6, 10)] + [visit(13, "best", job="return")]
    rich = [visit(1, "rich", bought=60), visit(11, "rich", job="return")]
    rows = [*rich, *good, *best, *(visit(3 + number, f"c{number}", bought=10) for number in range(8))]
    for one in (*good[1:], *rows[-2:]):
        one.currency = ""
    fill(store, [*rows, session(f"{59 * DAY} browse", visitor="late")])

    answer = ask("/v1/segments", **ALL_TIME)

    assert [one["person"] for one in answer["to_interview"]] == ["best", "good", "rich"]
    assert [one["last_session"] for one in answer["to_interview"]] == [one[-1].id for one in (best, good, rich)]
    asked = [(one["person"], one["currency"]) for one in answer["to_survey"]]
    assert asked[:5] == [("best", "EUR"), ("good", "EUR"), ("rich", "EUR"), ("c7", ""), ("c6", "")]
    worth = {one["name"]: one["worth"] for one in answer["segments"]}
    assert (worth["champions"], sum(worth.values())) == (420, 560)


def test_who_is_worth_much_is_worth_a_talk_though_they_come_seldom(store: Store, ask: Ask) -> None:
    rows = [visit(1, "seldom", bought=900), visit(2, "seldom", job="return")]
    rows += [visit(number + day, f"c{number}", bought=10) for number in range(9) for day in (3, 20)]
    fill(store, rows)

    (found,) = ask("/v1/segments", **ALL_TIME)["to_interview"]

    assert (found["person"], found["frequency"], found["monetary"]) == ("seldom", 1, 5)


def test_who_came_often_but_not_lately_is_at_risk(store: Store, ask: Ask) -> None:
    quiet = [visit(1, "quiet", bought=400), visit(2, "quiet", bought=400), visit(3, "quiet", job="return")]
    seldom = [visit(20 + number, f"seldom{number}", bought=10) for number in range(4)]
    often = [visit(day + number, f"often{number}", bought=10) for number in range(4) for day in (25, 30, 35)]
    fill(store, [*quiet, *seldom, *often])

    (found,) = ask("/v1/segments", **ALL_TIME)["to_interview"]

    assert (found["person"], found["recency"], found["frequency"], found["segment"]) == ("quiet", 1, 3, "at_risk")
