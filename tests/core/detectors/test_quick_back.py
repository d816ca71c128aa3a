"""Quick backs: a page that was not what its link promised."""

from tests.core.build import found, shop

SPEAKS = ["0 page /list", "10 page /size-guide", "17 page /list"]
SILENT = ["0 page /list", "2 page /list", "4 page /list"]


def test_back_within_seven_seconds_counts_at_the_page_that_was_left() -> None:
    (row,) = found("quick_back", "0 page /list", "10 page /size-guide", "17 page /list")

    assert (row.page, row.cost_seconds, row.cost_steps) == ("/size-guide", 7.0, 2)


def test_a_longer_look_does_not() -> None:
    assert not found("quick_back", "0 page /list", "10 page /size-guide", "17.001 page /list")


def test_going_on_to_a_third_page_does_not() -> None:
    assert not found("quick_back", "0 page /list", "10 page /size-guide", "12 page /basket")


def test_loading_the_same_page_again_does_not() -> None:
    assert not found("quick_back", "0 page /list", "2 page /list", "4 page /list")


def test_shop_events_with_a_page_are_enough() -> None:
    assert found("quick_back", "0 view /list", "10 view /product", "12 view /list")


def test_the_journey_file_sets_how_quick() -> None:
    journey = shop(friction={"quick_back": {"within": "2s"}})

    assert not found("quick_back", "0 page /list", "10 page /size-guide", "13 page /list", journey=journey)
