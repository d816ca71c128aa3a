"""Loops: going round in circles between two places."""

from tests.core.build import found, shop

CIRCLE = ["0 page /checkout/payment", "10 page /terms", "20 page /checkout/payment", "30 page /terms"]
SPEAKS = CIRCLE
SILENT = ["0 view /list", "10 view /p/1", "20 view /list", "30 view /p/1"]


def test_there_and_back_twice_within_ninety_seconds_is_a_loop() -> None:
    (row,) = found("loop", *CIRCLE)

    assert (row.stage, row.step, row.page) == ("checkout", "payment", "/checkout/payment ↔ /terms")
    assert row.cost_seconds == 30


def test_a_slower_circle_is_not() -> None:
    assert not found("loop", "0 page /a", "30 page /b", "60 page /a", "91 page /b")


def test_a_circle_that_goes_on_is_one_finding() -> None:
    (row,) = found("loop", *CIRCLE, "40 page /checkout/payment", "50 page /terms")

    assert (len(row.evidence), row.cost_steps) == (6, 4)


def test_from_list_to_product_and_back_is_how_people_browse() -> None:
    assert not found("loop", "0 view /list", "10 view /p/1", "20 view /list", "30 view /p/1")


def test_a_circle_over_three_pages_is_not() -> None:
    assert not found("loop", "0 page /a", "5 page /b", "10 page /c", "15 page /a", "20 page /b", "25 page /c")


def test_steps_are_enough_where_pages_are_not_told() -> None:
    (row,) = found("loop", "0 add", "5 checkout", "10 add", "15 checkout")

    assert (row.stage, row.page) == ("checkout", "basket ↔ checkout")


def test_the_journey_file_sets_how_long() -> None:
    assert not found("loop", *CIRCLE, journey=shop(friction={"loop": {"within": "20s"}}))


def test_between_a_product_and_the_basket_people_make_sure() -> None:
    assert not found("loop", "0 add /cart", "10 view /p/1", "20 add /cart", "30 view /p/1")


def test_between_two_pages_of_the_basket_they_are_stuck() -> None:
    (row,) = found("loop", "0 add /cart", "10 page /coupons", "20 page /cart", "30 page /coupons")

    assert (row.stage, row.page) == ("basket", "/cart ↔ /coupons")


def test_exactly_ninety_seconds_count() -> None:
    pages = ("/checkout/payment", "/terms", "/checkout/payment", "/terms")

    assert found("loop", *(f"{at} page {page}" for at, page in zip((0, 30, 60, 90), pages, strict=True)))
    assert not found("loop", *(f"{at} page {page}" for at, page in zip((0, 30, 60, 90.001), pages, strict=True)))
