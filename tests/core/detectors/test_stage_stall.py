"""Stalls: longer in a stage or step than its patience."""

from tests.core.build import found


def test_a_step_left_after_its_patience_is_a_stall() -> None:
    (row,) = found("stage_stall", "0 checkout", "10 page /checkout/payment", "131 buy")

    assert (row.stage, row.step, row.cost_seconds) == ("checkout", "payment", 1.0)


def test_a_step_left_within_it_is_not() -> None:
    assert not found("stage_stall", "0 checkout", "10 page /checkout/payment", "130 buy")


def test_a_stage_left_after_its_patience_is_a_stall_though_no_step_was() -> None:
    (row,) = found("stage_stall", "0 checkout", "200 page /checkout/payment", "301 buy")

    assert (row.stage, row.step, row.cost_seconds) == ("checkout", "", 1.0)


def test_a_session_that_ends_in_a_step_counts_up_to_its_last_event() -> None:
    (row,) = found("stage_stall", "0 checkout", "10 page /checkout/payment", "200 click #pay")

    assert (row.step, row.cost_seconds) == ("payment", 70.0)


def test_what_comes_after_the_last_event_nobody_knows() -> None:
    assert not found("stage_stall", "0 checkout", "10 page /checkout/payment")


def test_a_stage_without_patience_never_stalls() -> None:
    assert not found("stage_stall", "0 view", "1700 add")
