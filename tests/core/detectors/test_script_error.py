"""Script errors: what fails in the page itself."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 page /cart", "10 error message=broken source=/app.js line=7"]
SILENT = ["0 page /cart", "10 error message=broken handled=true", "20 error message=broken source=https://ads.example/"]


def test_an_uncaught_error_counts_where_it_happened() -> None:
    (row,) = found("script_error", *SPEAKS)

    assert (row.page, row.element, row.cause) == ("/cart", "broken", "/app.js")


def test_one_message_at_one_place_is_one_finding_whatever_its_numbers() -> None:
    (row,) = found("script_error", *[f"{at} error message='item-{at}'" for at in range(3)])

    assert (row.element, len(row.evidence)) == ("item-#", 3)


def test_another_message_or_another_page_is_another() -> None:
    lines = ["1 error /a message=x", "2 error /a message=y", "3 error /b message=x"]

    assert len(found("script_error", *lines)) == 3


def test_a_flood_is_one_finding_with_a_hundred_pieces_of_evidence() -> None:
    (row,) = found("script_error", *[f"{at / 10} error message=broken" for at in range(2000)])

    assert len(row.evidence) == 100


def test_a_flood_of_different_errors_is_a_hundred_findings() -> None:
    messages = [f"broken-{'x' * at}" for at in range(150)]

    assert len(found("script_error", *[f"{at} error message={one}" for at, one in enumerate(messages)])) == 100


@pytest.mark.parametrize(
    "props",
    [
        pytest.param("message=broken handled=true", id="handled"),
        pytest.param("message=broken source=https://ads.example/a.js", id="of a third party"),
        pytest.param("message=broken source=chrome-extension://abc/x.js", id="of a browser's extension"),
        pytest.param("message=broken own=false", id="not the site's own"),
        pytest.param("message=ResizeObserver_loop", id="harmless"),
    ],
)
def test_errors_that_do_not_count(props: str) -> None:
    journey = shop(friction={"script_error": {"harmless": ["resizeobserver"]}})

    assert not found("script_error", f"10 error {props}", journey=journey)


def test_the_journey_file_names_third_parties_that_count_with_what_is_below_them() -> None:
    journey = shop(friction={"script_error": {"hosts": ["pay.example"]}})

    assert found("script_error", "10 error source=https://cdn.pay.example/a.js", journey=journey)
    assert not found("script_error", "10 error source=https://notpay.example/a.js", journey=journey)


@pytest.mark.parametrize(
    "line",
    ["10 exception description=broken fatal=false", "10 $exception $exception_message=broken", "10 app_exception"],
)
def test_other_clients_words_are_understood(line: str) -> None:
    assert found("script_error", line)
