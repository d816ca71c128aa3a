"""Failed requests: what the page asked for and did not get."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 page /cart", "10 request_failed url=/api/cart/4711 method=post status=500"]
SILENT = ["0 page /cart", "10 request_failed url=/api/cart status=302", "11 request_failed host=ads.example status=500"]


def test_a_refused_request_counts_to_its_address_without_ids() -> None:
    (row,) = found("failed_request", "10 request_failed url=/api/cart/4711?x=1 method=post status=500", journey=None)

    assert (row.element, row.cause) == ("POST /api/cart/*", "status 500")


def test_no_answer_at_all_counts() -> None:
    (row,) = found("failed_request", "10 request_failed url=/api/cart")

    assert row.cause == "no answer"


@pytest.mark.parametrize("status", [200, 302, 399])
def test_an_answer_that_is_none_of_these_does_not(status: int) -> None:
    assert not found("failed_request", f"10 request_failed url=/api status={status}")


@pytest.mark.parametrize(
    "props", ["host=ads.example", "url=https://ads.example/a", "own=false", "host=a.example own=false"]
)
def test_third_parties_do_not_count(props: str) -> None:
    assert not found("failed_request", f"10 request_failed status=500 {props}")


def test_a_host_that_the_page_calls_its_own_does() -> None:
    (row,) = found("failed_request", "10 request_failed status=500 url=https://api.shop.example/cart own=true")

    assert row.element == "api.shop.example/cart"


def test_so_does_one_named_in_the_journey_file() -> None:
    journey = shop(friction={"failed_request": {"hosts": ["pay.example"]}})

    assert found("failed_request", "10 request_failed status=500 host=api.pay.example own=false", journey=journey)


def test_a_request_that_fails_again_and_again_is_one_finding() -> None:
    (row,) = found("failed_request", *[f"{at} request_failed url=/api/items/{at} status=500" for at in range(300)])

    assert len(row.evidence) == 100


def test_the_journey_file_sets_the_lowest_status() -> None:
    journey = shop(friction={"failed_request": {"status": 500}})

    assert not found("failed_request", "10 request_failed url=/api/me status=401", journey=journey)


def test_the_lowest_status_that_counts_is_400() -> None:
    assert found("failed_request", "10 request_failed url=/api/cart status=400")
    assert not found("failed_request", "10 request_failed url=/api/cart status=399")
