"""Drop-offs: where sessions end, what came right before, and where their people went after."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.event import Event
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.drop_offs_reference import drop_offs
from tests.api.said import forget, say
from tests.api.shop import DAY, fill, moment, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(100 * DAY)}
LATER = session(f"{80 * DAY} bought", visitor="late")


def place(answer: Any, stage: str, step: str = "") -> Any:
    (found,) = [one for one in answer["places"] if (one["stage"], one["step"]) == (stage, step)]
    return found


def test_a_session_that_ended_without_getting_anywhere_dropped_off_at_its_last_place(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 browse, 9 checkout.payment", exit_page="/pay", value=20.0, currency="EUR"),
        session("0 browse, 9 checkout.payment, 20 bought"),
        session("0 browse, 9 checkout.payment, 20 checkout.address", exit_page="/address"),
        session("0 browse", outcome_at=moment(5)),  # what they came for was to look
        session("0 checkout.payment", state="open"),
        session("", ended_at=moment(0)),
        LATER,
    ])  # fmt: skip

    answer = ask("/v1/drop-offs", **ALL_TIME)

    assert (answer["sessions"], answer["dropped"]) == (7, 3)
    checkout, payment = place(answer, "checkout"), place(answer, "checkout", "payment")
    assert (checkout["sessions"], checkout["dropped"], checkout["abandoned"]) == (4, 2, 2)
    assert (payment["sessions"], payment["dropped"], payment["left_value"], payment["currency"]) == (4, 1, 20, "EUR")
    assert payment["last_pages"] == [{"page": "/pay", "sessions": 1}]
    assert place(answer, "browse")["dropped"] == 0
    assert place(answer, "")["dropped"] == 1
    assert answer["places"][0] == checkout


def test_where_they_went_after_is_told(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 basket", visitor="a"),
        session(f"{DAY} basket, {DAY + 9} bought", visitor="a"),
        session("0 basket", visitor="b"),
        session(f"{DAY} browse, {DAY + 9} bought", visitor="b"),
        session("0 basket", visitor="c"),
        session(f"{75 * DAY} basket", visitor="d"),
        LATER,
    ])  # fmt: skip

    basket = place(ask("/v1/drop-offs", **ALL_TIME), "basket")

    assert basket["dropped"] == 4
    fates = (basket["continued_later"], basket["done_elsewhere"], basket["abandoned"], basket["undecided"])
    assert fates == (1, 1, 1, 1)


def test_the_last_acts_before_the_end_are_told(store: Store, ask: Ask) -> None:
    rows = [session("0 basket, 60 checkout.payment") for _ in range(3)]
    fill(store, [*rows, LATER])
    for number, name in enumerate(["Product Added", "Checkout Started", "Coupon Denied"], 1):
        say(store, rows, name, after_ms=number * 1000)
    say(store, rows[:1], "Help Opened", after_ms=9_000)

    payment = place(ask("/v1/drop-offs", acts=2, **ALL_TIME), "checkout", "payment")

    assert payment["trails"] == [
        {"acts": ["Checkout Started", "Coupon Denied"], "sessions": 2},
        {"acts": ["Coupon Denied", "Help Opened"], "sessions": 1},
    ]
    assert payment["followed"] == 3


def test_what_came_again_at_once_is_one_act_before_the_end(store: Store, ask: Ask) -> None:
    rows = [session("0 basket, 60 checkout.payment") for _ in range(2)]
    fill(store, [*rows, LATER])
    for number, name in enumerate(["Coupon Denied", "click", "click", "click"], 1):
        say(store, rows if number < 4 else rows[:1], name, after_ms=number * 1000)

    payment = place(ask("/v1/drop-offs", acts=2, **ALL_TIME), "checkout", "payment")

    assert payment["trails"] == [{"acts": ["Coupon Denied", "click"], "sessions": 2}]


def test_a_click_before_the_end_names_its_element_and_what_nobody_did_is_no_act(store: Store, ask: Ask) -> None:
    rows = [session("0 browse, 60 basket")]
    fill(store, [*rows, LATER])
    say(store, rows, "click", '{"target": "#coupon", "text": "Use"}', after_ms=1)
    say(store, rows, "click", '{"text": "Go on"}', after_ms=2)
    say(store, rows, "web_vitals", '{"lcp_ms": 900}', after_ms=3)
    say(store, rows, "cursor", '{"changes": 3}', after_ms=4)
    say(store, rows, "dead_click", '{"target": "#pay"}', after_ms=5)

    (trail,) = place(ask("/v1/drop-offs", **ALL_TIME), "basket")["trails"]

    assert trail["acts"] == ["click #coupon", "click Go on", "dead_click #pay"]


def test_of_very_many_sessions_the_acts_of_a_share_of_all_visitors_are_told(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [session("0 basket", visitor=f"v{number}") for number in range(100)]
    fill(store, [*rows, LATER])
    say(store, rows, "Coupon Denied", after_ms=0)
    monkeypatch.setattr("services.api.share_of_visitors.MOST_FOLLOWED", 20)

    basket = place(ask("/v1/drop-offs", **ALL_TIME), "basket")

    among = "SELECT count() AS n FROM sessions WHERE stage = 'basket' AND cityHash64(visitor) < {bound:UInt64}"
    followed = store.query(among, {"bound": 2**64 * 20 // 101})[0]["n"]
    assert 0 < followed < 50
    assert (basket["dropped"], basket["followed"]) == (100, followed)
    assert basket["trails"] == [{"acts": ["Coupon Denied"], "sessions": followed}]


def test_a_circumstance_in_which_more_drop_off_stands_and_chance_does_not(store: Store, ask: Ask) -> None:
    phones = [session("0 basket" + (", 9 bought" if n < 20 else ""), device="mobile") for n in range(100)]
    desks = [session("0 basket" + (", 9 bought" if n < 70 else ""), device="desktop") for n in range(100)]
    for number, row in enumerate(phones + desks):
        row.country = "DE" if number % 2 else "FR"
    fill(store, [*phones, *desks, LATER])

    answer = ask("/v1/drop-offs", **ALL_TIME)

    found = {(one["kind"], one["value"]): one for one in place(answer, "basket")["circumstances"]}
    mobile = found["device", "mobile"]
    assert (mobile["sessions"], mobile["share"]["share"], mobile["others"]["share"]) == (100, 0.8, 0.3)
    assert mobile["stands"] is True
    assert mobile["odds_ratio"]["low"] > 4
    assert found["country", "DE"]["stands"] is False
    assert ("device", "tv") not in found


def test_all_circumstances_of_a_place_are_leafed_through(store: Store, ask: Ask) -> None:
    rows = [
        session("0 basket" + (", 9 bought" if n % 4 else ""), device=["mobile", "desktop"][n % 2], country=f"C{n % 3}")
        for n in range(180)
    ]
    fill(store, [*rows, LATER])
    beside = place(ask("/v1/drop-offs", **ALL_TIME), "basket")["circumstances"]

    answer = ask("/v1/drop-offs/circumstances", at="basket", limit=2, **ALL_TIME)
    told = answer["circumstances"]
    while answer["next_cursor"]:
        answer = ask("/v1/drop-offs/circumstances", at="basket", limit=2, cursor=answer["next_cursor"])
        told += answer["circumstances"]

    assert [{**one, "stage": "basket", "step": ""} for one in beside] == told
    assert len(told) >= 5


def test_a_place_that_the_journey_has_not_has_no_circumstances(store: Store, ask: Ask) -> None:
    fill(store, [LATER])

    with pytest.raises(AssertionError, match="/query/at"):
        ask("/v1/drop-offs/circumstances", at="nowhere")


RUNS = st.lists(
    st.sampled_from(["browse", "basket", "checkout", "checkout.address", "checkout.payment", "bought"]), max_size=4
)
VISITS = st.tuples(st.integers(0, 40), st.integers(0, 3), st.booleans(), RUNS, st.booleans(), st.booleans())


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=st.lists(VISITS, min_size=1, max_size=25, unique_by=lambda one: one[:2]))
def test_any_sessions_give_what_the_reference_gives(
    store: Store, ask: Ask, visits: list[tuple[int, int, bool, list[str], bool, bool]]
) -> None:
    forget(store, "sessions")
    rows = [as_session(*visit) for visit in visits]
    fill(store, rows)

    answer = ask("/v1/drop-offs", from_=text(0), to=text(30 * DAY))

    assert {
        (one["stage"], one["step"]): (
            one["sessions"], one["dropped"], one["continued_later"], one["done_elsewhere"], one["undecided"],
        )
        for one in answer["places"]
    } == drop_offs(rows, moment(0), moment(30 * DAY))  # fmt: skip


def as_session(day: int, who: int, known: bool, runs: list[str], done: bool, closed: bool) -> SessionRow:
    start = day * DAY
    way = ", ".join(f"{start + 10 * number} {place}" for number, place in enumerate(runs))
    row = session(
        way, visitor=f"v{who}", user=f"u{who % 2}" if known else "", job="gift" if who else "replace",
        state="closed" if closed else "open",
    )  # fmt: skip
    row.started_at, row.ended_at = moment(start), moment(start + 100)
    row.opened_on = text(start)[:10]
    row.outcome_at = moment(start + 50) if done else 0
    return row


@pytest.mark.parametrize("acts", [0, 21])
def test_how_many_acts_are_told_is_bounded(store: Store, ask: Ask, acts: int) -> None:
    fill(store, [LATER])

    with pytest.raises(AssertionError, match="/query/acts"):
        ask("/v1/drop-offs", acts=acts)


def test_of_two_acts_at_one_moment_the_one_with_the_lower_id_came_first(store: Store, ask: Ask) -> None:
    (row,) = rows = [session("0 basket")]
    fill(store, [*rows, LATER])
    for id, name in (("ab", "second"), ("aa", "first"), ("b", "third"), ("ab0", "after second")):
        act = Event(
            id=id, project="shop", visitor=row.visitor, type="track", name=name, occurred_at=moment(0),
            received_at=moment(0),
        )  # fmt: skip
        store.insert_lines("events", [msgspec.json.encode(act)])

    (trail,) = place(ask("/v1/drop-offs", **ALL_TIME), "basket")["trails"]

    assert trail["acts"] == ["first", "second", "after second", "third"]
