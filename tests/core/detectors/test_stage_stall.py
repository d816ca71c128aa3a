"""Stalls: longer in a stage or step than its patience."""

from tests.core.build import found

SPEAKS = ["0 checkout", "10 page /checkout/payment", "131 buy"]
SILENT = ["0 checkout", "10 page /checkout/payment", "20 tab_hidden", "70 tab_shown", "179 buy"]


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


def test_time_with_the_tab_hidden_does_not_count() -> None:
    lines = ["0 checkout", "10 page /checkout/payment", "20 tab_hidden", "70 tab_shown"]

    assert not found("stage_stall", *lines, "179 buy")
    assert [row.cost_seconds for row in found("stage_stall", *lines, "181 buy")] == [1.0]


def test_hidden_time_counts_for_the_step_in_which_it_lay_and_for_its_stage() -> None:
    lines = ["0 checkout", "5 tab_hidden", "205 tab_shown", "210 page /checkout/payment", "340 click #pay"]

    (row,) = found("stage_stall", *lines, "501 buy")

    assert (row.step, row.cost_seconds) == ("payment", 171.0)
    assert not found("stage_stall", *lines[:4], "320 buy")


def test_whoever_enters_a_step_has_come_back_though_nobody_said_so() -> None:
    (row,) = found("stage_stall", "0 checkout", "5 tab_hidden", "60 page /checkout/payment", "181 buy")

    assert (row.step, row.cost_seconds) == ("payment", 1.0)


def test_a_tab_that_stays_hidden_to_the_end_is_no_stall() -> None:
    assert not found("stage_stall", "0 page /checkout/payment", "100 tab_hidden", "900 tab_hidden")


def test_an_app_in_the_background_is_hidden_too() -> None:
    lines = ["0 page /checkout/payment", "10 'Application Backgrounded'", "600 'Application Opened'", "650 buy"]

    assert not found("stage_stall", *lines)


def test_a_stage_without_patience_never_stalls() -> None:
    assert not found("stage_stall", "0 view", "1700 add")


def test_a_millisecond_beyond_its_patience_is_a_stall() -> None:
    assert not found("stage_stall", "0 checkout", "10 page /checkout/payment", "130 buy")
    assert found("stage_stall", "0 checkout", "10 page /checkout/payment", "130.001 buy")
