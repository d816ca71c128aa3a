"""Backslides: from a later stage back to an earlier one."""

from tests.core.build import SHOP, found, shop

SPEAKS = ["0 add", "10 checkout", "20 page /checkout/payment", "30 page /returns", "50 add /cart", "60 view /list"]
SILENT = ["0 view", "10 add", "20 view", "30 add", "40 checkout", "50 page /checkout/payment", "60 buy", "70 view"]


def test_going_back_from_the_purchase_to_the_basket_is_a_backslide() -> None:
    (row,) = found("backslide", *SPEAKS)

    assert (row.stage, row.step, row.page) == ("checkout", "payment", "/returns")
    assert (row.cause, row.cost_steps) == ("policy page /returns", 3)
    assert row.evidence == ["anna 30 page /returns", "anna 20 page /checkout/payment", "anna 50 add /cart"]


def test_shopping_on_is_not_and_neither_is_coming_back_after_the_purchase() -> None:
    assert not found("backslide", *SILENT)


def test_nor_is_coming_back_where_a_stage_follows_the_purchase() -> None:
    stages = [*SHOP["stages"], {"name": "kept", "enter": {"event": "rate"}}]

    assert not found("backslide", *SILENT, journey=shop(stages=stages))


def test_going_back_a_step_within_a_stage_is_not() -> None:
    assert not found("backslide", "0 page /checkout/address", "10 page /checkout/payment", "20 page /checkout/address")


def test_grown_costs_and_account_pages_are_named_too() -> None:
    costs = ["1 begin_checkout total=10", "9 add_shipping_info total=15"]

    (grown,) = found("backslide", "0 checkout", *costs, "20 add")
    (asked,) = found("backslide", "0 checkout", *costs, "15 page /login", "20 add")

    assert (grown.cause, asked.cause) == ("total grew from 10 to 15", "account page /login")


def test_what_came_before_the_stage_that_is_left_is_no_trigger() -> None:
    (row,) = found("backslide", "0 add", "5 page /returns", "10 checkout", "20 add")

    assert row.cause == ""


def test_going_back_again_and_again_is_one_finding() -> None:
    (row,) = found("backslide", "0 checkout", "10 add", "20 checkout", "30 add", "40 checkout", "50 add")

    assert (row.cost_steps, row.evidence[-1]) == (3, "anna 50 add")


def test_a_journey_without_roles_has_backslides_everywhere() -> None:
    stages = [{"name": name, "enter": {"event": name}} for name in ("invite", "set_up", "use")]

    (row,) = found("backslide", "0 invite", "10 set_up", "20 invite", journey=shop(stages=stages))

    assert row.stage == "set_up"


def test_but_not_from_its_last_stage_where_all_is_over() -> None:
    stages = [{"name": name, "enter": {"event": name}} for name in ("invite", "set_up", "use")]

    assert not found("backslide", "0 invite", "10 set_up", "20 use", "30 invite", journey=shop(stages=stages))


def test_a_twentieth_more_is_named_and_less_is_not() -> None:
    first = ["0 checkout", "1 begin_checkout total=100"]

    (grown,) = found("backslide", *first, "9 add_shipping_info total=105", "20 add")
    (rounded,) = found("backslide", *first, "9 add_shipping_info total=104", "20 add")

    assert (grown.cause, rounded.cause) == ("total grew from 100 to 105", "")


def test_costs_that_grew_between_two_purchases_are_not_what_the_second_is_left_for() -> None:
    again = ["20 add", "30 checkout", "31 begin_checkout total=30", "40 add"]

    (row,) = found("backslide", "0 checkout", "1 begin_checkout total=10", *again)

    assert row.cause == ""


def test_costs_that_grow_outside_the_purchase_are_no_trigger() -> None:
    stages = [{**stage, "role": None} for stage in SHOP["stages"]]
    costs = ["1 begin_checkout total=10", "9 add_shipping_info total=15"]

    (row,) = found("backslide", "0 checkout", *costs, "20 add", journey=shop(stages=stages))

    assert row.cause == ""
