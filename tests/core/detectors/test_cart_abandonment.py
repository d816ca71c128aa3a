"""Cart abandonment: something in the basket, and the purchase never begun."""

from tests.core.build import found

SPEAKS = ["0 view", "10 add price=12.5 currency=USD", "20 view"]
SILENT = ["0 add", "10 checkout"]


def test_a_session_that_ends_with_a_basket_is_an_abandonment() -> None:
    (row,) = found("cart_abandonment", "0 view", "10 add price=12.5 currency=USD", "20 view")

    assert (row.stage, row.value, row.currency) == ("basket", 12.5, "USD")


def test_beginning_to_pay_is_not() -> None:
    assert not found("cart_abandonment", "0 add", "10 checkout")


def test_an_empty_basket_is_not() -> None:
    assert not found("cart_abandonment", "0 view", "10 view")
