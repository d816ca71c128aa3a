"""Payment failures: how often, and whether it went through in the end."""

from tests.core.build import found, shop

SPEAKS = [
    "0 checkout",
    "10 page /checkout/payment",
    "20 payment_failed payment_method=card reason=insufficient_funds",
    "50 payment_failed payment_method=card reason=expired_card",
]
SILENT = ["0 checkout", "10 page /checkout/payment", "20 add_payment_info payment_type=card", "30 buy"]


def test_failures_in_a_row_are_one_finding_with_their_number_and_last_reason() -> None:
    (row,) = found("payment_failure", *SPEAKS)

    assert (row.stage, row.step, row.element) == ("checkout", "payment", "card")
    assert (row.cause, row.severity, row.cost_seconds) == ("failed 2 times (expired_card)", 3, 30.0)
    assert len(row.evidence) == 2


def test_a_payment_that_goes_through_after_all_is_said_to_be_recovered() -> None:
    (row,) = found("payment_failure", *SPEAKS, "90 buy")

    assert (row.cause, row.severity, row.cost_seconds) == ("failed 2 times (expired_card), recovered", 2, 70.0)
    assert row.evidence[-1] == "anna 90 buy"


def test_what_fails_after_that_is_another_finding() -> None:
    rows = found("payment_failure", "0 checkout", "1 payment_failed", "2 buy", "3 checkout", "4 'Payment Declined'")

    assert [row.cause for row in rows] == ["failed once, recovered", "failed once"]


def test_a_payment_that_goes_through_at_once_is_none() -> None:
    assert not found("payment_failure", *SILENT)


def test_the_journey_file_names_other_events() -> None:
    journey = shop(friction={"payment_failure": {"failures": "zahlung_abgelehnt"}})

    assert found("payment_failure", "0 zahlung_abgelehnt", journey=journey)


def test_a_further_step_is_no_recovery() -> None:
    (row,) = found("payment_failure", "0 checkout", "10 payment_failed reason=declined", "20 page /checkout/payment")

    assert row.cause == "failed once (declined)"
