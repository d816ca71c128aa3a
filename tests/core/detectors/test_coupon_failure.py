"""Coupon failures: a code refused, and what came next."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 checkout", "10 page /checkout/address", "20 'Coupon Denied' reason=expired", "30 'Coupon Denied'"]
SILENT = ["0 checkout", "10 page /checkout/address", "20 'Coupon Entered'", "21 'Coupon Applied'", "30 buy"]


def test_codes_refused_in_a_row_are_one_finding() -> None:
    (row,) = found("coupon_failure", *SPEAKS)

    assert (row.stage, row.step) == ("checkout", "address")
    assert (row.cost_steps, row.cause) == (2, "refused 2 times (expired), then left")
    assert row.evidence == ["anna 20 'Coupon Denied' reason=expired", "anna 30 'Coupon Denied'"]


@pytest.mark.parametrize(
    ("line", "words", "severity"),
    [
        ("40 'Coupon Applied'", "another was accepted", 1),
        ("40 page /checkout/payment", "went on without", 1),
        ("40 buy", "went on without", 1),
        ("40 add", "went back", 2),
        ("40 page /checkout/address", "left", 2),
    ],
)
def test_it_says_what_came_next(line: str, words: str, severity: int) -> None:
    (row,) = found("coupon_failure", *SPEAKS[:3], line)

    assert (row.cause, row.severity) == (f"refused once (expired), then {words}", severity)


def test_what_came_next_is_said_once() -> None:
    (row,) = found("coupon_failure", *SPEAKS, "40 'Coupon Applied'", "50 buy")

    assert row.cause.endswith("then another was accepted")


def test_a_code_that_is_accepted_at_once_is_none() -> None:
    assert not found("coupon_failure", *SILENT)


def test_the_journey_file_names_other_events() -> None:
    assert found(
        "coupon_failure", "0 code_kaputt", journey=shop(friction={"coupon_failure": {"denied": "code_kaputt"}})
    )


def test_a_code_refused_before_any_stage_is_gone_on_without_too() -> None:
    (row,) = found("coupon_failure", "0 coupon_denied reason=expired", "9 view")

    assert row.cause == "refused once (expired), then went on without"
