"""Cost surprises: a purchase that costs more than was said, and is left."""

import pytest

from tests.core.build import found, shop

BEGIN = ["0 add price=100", "10 checkout", "11 begin_checkout value=100"]
SPEAKS = [*BEGIN, "40 add_shipping_info value=112", "60 page /"]
SILENT = [*BEGIN, "40 add_shipping_info value=112", "60 page /checkout/payment", "90 buy"]


def test_leaving_after_the_total_grew_is_a_surprise() -> None:
    (row,) = found("cost_surprise", *SPEAKS)

    assert (row.stage, row.cause) == ("checkout", "value grew from 100 to 112")
    assert row.evidence == ["anna 40 add_shipping_info value=112", "anna 60 page /"]


def test_so_is_leaving_after_a_fee_appeared() -> None:
    (row,) = found("cost_surprise", *BEGIN, "40 add_shipping_info value=100 shipping=4.9")

    assert row.cause == "shipping of 4.9 appeared"


def test_so_is_going_back_to_the_basket() -> None:
    (row,) = found("cost_surprise", *BEGIN, "40 add_shipping_info value=112", "50 add", "60 checkout")

    assert row.evidence[-1] == "anna 50 add"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["40 add_shipping_info value=104.9"], id="growth below five per cent"),
        pytest.param(["40 add_shipping_info value=80"], id="a discount"),
        pytest.param(["40 add_shipping_info value=130 currency=USD"], id="another currency"),
        pytest.param(["40 add_shipping_info total=130"], id="another kind of total"),
        pytest.param(["40 add_shipping_info value=100 shipping=0"], id="free delivery"),
        pytest.param(["40 add_shipping_info value=112", "50 page /checkout/payment"], id="they went on"),
        pytest.param(["40 add_shipping_info value=112", "50 buy"], id="they bought"),
    ],
)
def test_is_no_surprise(lines: list[str]) -> None:
    start = "0 checkout", "5 begin_checkout value=100 currency=EUR"

    assert not found("cost_surprise", *start, *lines)


def test_what_they_went_on_with_is_no_surprise_when_it_is_told_again() -> None:
    lines = ["40 add_shipping_info value=112", "50 page /checkout/payment", "51 add_payment_info value=112"]

    assert not found("cost_surprise", *BEGIN, *lines)
    assert found("cost_surprise", *BEGIN, *lines, "60 add_payment_info value=120")


def test_a_fee_that_was_told_at_the_start_is_none() -> None:
    assert not found("cost_surprise", "0 checkout", "1 begin_checkout value=100 tax=19", "9 add_shipping_info tax=19")


def test_costs_are_told_anew_after_the_basket_changed() -> None:
    assert not found(
        "cost_surprise", *BEGIN, "20 add price=50", "30 checkout", "31 begin_checkout value=150", "40 page /"
    )


def test_finishing_the_purchase_after_all_takes_it_back() -> None:
    assert not found("cost_surprise", *BEGIN, "40 add_shipping_info value=112", "50 add", "60 checkout", "70 buy")


def test_segments_words_are_understood_too() -> None:
    lines = ["1 'Checkout Started' revenue=25 shipping=0", "9 'Checkout Step Viewed' step=2 revenue=25 shipping=3"]

    assert found("cost_surprise", "0 checkout", *lines)


def test_the_journey_file_says_how_much_and_where_costs_are_told() -> None:
    lines = ["0 checkout", "5 costs total=100", "9 costs total=103"]
    journey = shop(friction={"cost_surprise": {"share": 0.02, "costs": "costs"}})

    assert not found("cost_surprise", *lines)
    assert found("cost_surprise", *lines, journey=journey)


def test_exactly_a_twentieth_more_is_a_surprise() -> None:
    assert found("cost_surprise", *BEGIN, "40 add_shipping_info value=105", "60 page /")
    assert not found("cost_surprise", *BEGIN, "40 add_shipping_info value=104", "60 page /")


def test_what_grows_before_the_purchase_is_none() -> None:
    assert not found(
        "cost_surprise", "0 add", "1 begin_checkout value=100", "2 add_shipping_info value=112", "60 page /"
    )


def test_of_several_surprises_the_first_is_told() -> None:
    again = "50 add_payment_info value=130"

    (row,) = found("cost_surprise", *BEGIN, "40 add_shipping_info value=112", again, "60 page /")

    assert (row.cause, row.evidence[0]) == ("value grew from 100 to 112", "anna 40 add_shipping_info value=112")


def test_fees_in_another_currency_are_told_for_the_first_time() -> None:
    in_euros = "11 begin_checkout value=100 shipping=5 currency=EUR"
    in_kroner = "40 add_shipping_info value=1100 shipping=55 tax=20 currency=NOK"

    assert not found("cost_surprise", "0 add", "10 checkout", in_euros, in_kroner, "60 page /")


def test_who_turned_back_and_then_bought_step_by_step_was_not_stopped() -> None:
    back = ["50 add /cart", "60 checkout /checkout", "70 page /checkout/payment"]

    assert found("cost_surprise", *BEGIN, "40 add_shipping_info value=112", *back)
    assert not found("cost_surprise", *BEGIN, "40 add_shipping_info value=112", *back, "90 buy")
