"""Checkout abandonment: leaving in the middle of a purchase."""

from tests.core.build import SHOP, START, encode, event, found, judged, pipeline, shop
from tests.core.test_journey import GIFT

SPEAKS = ["0 add price=20 quantity=2", "10 checkout", "20 page /checkout/payment"]
SILENT = ["0 checkout", "10 buy", "20 page /checkout/payment"]


def test_a_session_that_ends_in_the_purchase_is_an_abandonment() -> None:
    (row,) = found("checkout_abandonment", "0 add price=20 quantity=2", "10 checkout", "20 page /checkout/payment")

    assert (row.stage, row.step, row.value, row.currency) == ("checkout", "payment", 40.0, "EUR")


def test_a_purchase_that_was_finished_is_not() -> None:
    assert not found("checkout_abandonment", "0 checkout", "10 buy")


def test_nor_is_one_that_was_finished_and_looked_at_again() -> None:
    assert not found("checkout_abandonment", "0 checkout", "10 buy", "20 page /checkout/payment")


def test_nothing_is_said_while_the_session_is_open() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 checkout")]), now=START)

    assert not made.take().findings


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
