"""Error clicks: a click that broke something."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 page /cart", "10 click #pay", "11 error message=broken"]
SILENT = ["0 page /cart", "10 click #pay", "12.1 error message=broken"]


def test_an_error_within_two_seconds_after_a_click_counts_to_its_target() -> None:
    (row,) = found("error_click", *SPEAKS)

    assert (row.page, row.element, row.cause) == ("/cart", "#pay", "broken")
    assert row.evidence == ["anna 10 click #pay", "anna 11 error message=broken"]


def test_an_error_before_the_click_does_not() -> None:
    assert not found("error_click", "9.9 error message=broken", "10 click #pay")


def test_an_error_of_the_same_millisecond_does_whatever_their_ids() -> None:
    assert found("error_click", "10 click #pay", "10 error message=broken")
    assert found("error_click", "10 click #pay", "10 $exception $exception_message=broken")


def test_an_error_of_the_page_that_the_click_led_to_does_not() -> None:
    assert not found("error_click", "10 click /cart #pay", "11 error /checkout message=broken")


def test_many_errors_of_one_click_and_many_clicks_on_one_target_are_one_finding() -> None:
    (row,) = found("error_click", *SPEAKS, "11.5 error message=again", "20 click #pay", "20.5 error message=broken")

    assert len(row.evidence) == 5


@pytest.mark.parametrize("props", ["handled=true", "source=https://ads.example/a.js", "own=false"])
def test_errors_that_nobody_notices_do_not_count(props: str) -> None:
    assert not found("error_click", "10 click #pay", f"11 error message=broken {props}")


def test_a_change_in_a_field_is_no_click() -> None:
    assert not found("error_click", "10 $autocapture $event_type=change", "11 error message=broken")


def test_the_journey_file_sets_how_long() -> None:
    assert found("error_click", *SILENT, journey=shop(friction={"error_click": {"within": "3s"}}))


def test_exactly_two_seconds_count_and_a_millisecond_more_does_not() -> None:
    assert found("error_click", "0 click /cart #pay", "2 error /cart message=broken")
    assert not found("error_click", "0 click /cart #pay", "2.001 error /cart message=broken")
