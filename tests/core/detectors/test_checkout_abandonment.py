"""Checkout abandonment: leaving in the middle of a purchase."""

from collections.abc import Iterable

import msgspec

from services.core.event import Millis
from services.core.rows import FindingRow
from tests.core.build import SHOP, START, encode, event, found, judged, pipeline, shop, standing
from tests.core.test_journey import GIFT
from tests.core.test_pipeline import after_restart

SPEAKS = ["0 add price=20 quantity=2", "10 checkout", "20 page /checkout/payment"]
SILENT = ["0 checkout", "10 buy", "20 page /checkout/payment"]


def test_a_session_that_ends_in_the_purchase_is_an_abandonment() -> None:
    (row,) = found("checkout_abandonment", "0 add price=20 quantity=2", "10 checkout", "20 page /checkout/payment")

    assert (row.stage, row.step, row.value, row.currency) == ("checkout", "payment", 40.0, "EUR")


def test_a_purchase_that_was_finished_is_not() -> None:
    assert not found("checkout_abandonment", "0 checkout", "10 buy")


def test_nor_is_one_that_was_finished_and_looked_at_again() -> None:
    assert not found("checkout_abandonment", "0 checkout", "10 buy", "20 page /checkout/payment")


def test_nothing_is_said_of_an_open_session_within_its_patience() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout"), event("100 click #pay")]), now=START)

    made.tick(0, minute(6))

    assert not made.take().findings


def test_beyond_it_is_said_what_the_end_will_say() -> None:
    lines = ["0 add price=20", "10 checkout", "20 page /checkout/payment", "30 click #pay"]
    made = pipeline()
    made.feed(0, encode(event(line) for line in lines), now=START)

    made.tick(0, minute(7))

    changes = made.take()
    assert [row.state for row in changes.sessions] == ["open"]
    assert in_short(changes.findings) == in_short(judged(*lines)[1])
    assert "checkout_abandonment" in {row.detector for row in changes.findings}


def test_the_next_act_takes_it_back_and_a_further_silence_says_it_again() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout")]), now=START)
    made.tick(0, minute(7))
    quiet = made.take()

    made.feed(0, encode([event("600 click #pay")], 1), now=START)
    back = made.take()
    made.tick(0, minute(17))
    again = made.take()

    assert sum(row.is_deleted for row in back.findings) == 1
    assert [row.detector for row in back.findings if not row.is_deleted] == ["stage_stall"]
    assert in_short(again.findings) == in_short(judged("0 checkout", "600 click #pay")[1])
    assert {row.id for row in quiet.findings} <= {row.id for row in again.findings}


def test_a_late_act_leaves_a_quiet_session_quiet() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view"), event("100 checkout")]), now=START)
    made.tick(0, minute(8))

    made.feed(0, encode([event("50 add", received_at=minute(8))], 2), now=minute(8))

    assert {row.detector for row in standing([made.take()])[1].values()} == {"checkout_abandonment"}


def test_it_stands_after_a_restart_until_the_next_act() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout")]), now=START)
    made.tick(0, minute(7))
    written = made.take()

    second = after_restart(written)
    second.tick(0, minute(8))
    assert not second.take().findings
    second.feed(0, encode([event("600 buy")], 1), now=START)

    assert {row.detector for row in standing([written, second.take()])[1].values()} == {"stage_stall"}


def test_where_nobody_gave_a_patience_it_is_said_at_the_end() -> None:
    made = pipeline(shop(stages=[{**stage, "patience": None, "steps": []} for stage in SHOP["stages"]]))
    made.feed(0, encode([event("0 checkout")]), now=START)

    made.tick(0, minute(29))

    assert not made.take().findings


def test_what_was_bought_is_no_abandonment_however_long_they_look_at_it() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout"), event("10 buy"), event("20 page /checkout/payment")]), now=START)

    made.tick(0, minute(7))

    assert not made.take().findings


def test_who_came_for_nothing_known_has_finished_with_any_outcome() -> None:
    jobs = [{**GIFT, "outcome": {"event": "buy"}}]
    journey = shop(stages=SHOP["stages"][:-1], jobs=jobs)

    assert not found("checkout_abandonment", "0 checkout", "10 buy", journey=journey)
    assert found("checkout_abandonment", "0 buy", "10 checkout", journey=journey)
    assert found("checkout_abandonment", "0 checkout", journey=journey)


def test_where_a_stage_follows_it_tells_of_who_came_for_nothing_known_whether_they_finished() -> None:
    journey = shop(jobs=[{**GIFT, "outcome": {"event": "send_back"}}])

    assert found("checkout_abandonment", "0 checkout", "10 send_back", journey=journey)
    assert not found("checkout_abandonment", "0 checkout", "10 buy", journey=journey)


def test_a_job_without_an_outcome_is_done_with_any_too() -> None:
    jobs = [{**GIFT, "outcome": None}, {**GIFT, "name": "replace", "outcome": {"event": "buy"}}]
    journey = shop(stages=SHOP["stages"][:-1], jobs=jobs)
    lines = ["0 job_stated job=gift", "5 checkout", "10 buy"]

    assert not found("checkout_abandonment", *lines, journey=journey)
    assert found("checkout_abandonment", *lines[:2], journey=journey)


def test_where_nothing_could_tell_that_they_finished_nobody_is_said_to_have_left() -> None:
    assert not found("checkout_abandonment", "0 checkout", journey=shop(stages=SHOP["stages"][:-1]))
    assert not found("cart_abandonment", "0 add", journey=shop(stages=SHOP["stages"][:-2]))


def minute(number: int) -> Millis:
    """So many minutes on, at a full one, since the clock looks at visitors once a minute."""
    return Millis((START // 60_000 + 1 + number) * 60_000)


def in_short(rows: Iterable[FindingRow]) -> list[object]:
    return [msgspec.structs.replace(row, version=0) for row in rows if not row.is_deleted]


def test_the_latest_friction_in_the_purchase_is_named_as_its_likely_cause() -> None:
    clicks = [f"{30 + place / 2} click #pay" for place in range(4)]

    (row,) = found("checkout_abandonment", "0 checkout", "20 page /checkout/payment", *clicks)

    assert row.cause == "rage_click at payment"


def test_of_several_the_gravest_is_also_what_is_said_only_at_the_end() -> None:
    costs = ["1 begin_checkout value=10", "9 add_shipping_info value=20"]

    (row,) = found("checkout_abandonment", "0 checkout", *costs, "20 page /help", "30 page /")

    assert row.cause == "cost_surprise at checkout"


def test_a_basket_left_before_is_not_an_abandoned_checkout() -> None:
    _, findings = judged("0 add", "10 view")

    assert [row.detector for row in findings] == ["cart_abandonment"]


def test_what_they_came_for_may_be_done_where_no_stage_follows_the_purchase() -> None:
    job = {**GIFT, "evidence": [{"match": {"event": "add"}, "weight": 5}], "outcome": {"event": "buy"}}
    journey = shop(stages=SHOP["stages"][:-1], jobs=[job])

    assert not found("checkout_abandonment", "0 add", "10 checkout", "20 buy", journey=journey)
    assert found("checkout_abandonment", "0 add", "5 buy", "10 checkout", journey=journey)
    assert found("checkout_abandonment", "0 add", "10 checkout", journey=journey)


def test_friction_of_another_stage_is_not_its_likely_cause() -> None:
    errors = ["1 error message=broken source=/app.js", "2 page /404"]

    (row,) = found("checkout_abandonment", "0 view", *errors, "9 add", "10 checkout")

    assert row.cause == ""


def test_the_patience_of_the_stage_goes_before_that_of_its_step() -> None:
    made = pipeline()
    made.feed(0, encode(event(line) for line in SPEAKS), now=START)

    made.tick(0, minute(4))  # longer than the payment's two minutes, shorter than the checkout's five

    assert not made.take().findings


def test_a_patience_beyond_the_pause_that_ends_a_session_keeps_none_open() -> None:
    stages = [{**stage, "patience": "2h"} if stage["name"] == "checkout" else stage for stage in SHOP["stages"]]
    made = pipeline(shop(stages=stages))
    made.feed(0, encode([event("0 checkout")]), now=START)
    made.take()

    made.tick(0, minute(31))

    assert [row.state for row in made.take().sessions] == ["closed"]
