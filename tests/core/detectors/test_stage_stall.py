"""Stalls: longer in a stage or step than its patience."""

from services.core.event import Millis
from services.core.pipeline import Pipeline
from services.core.rows import FindingRow
from tests.core.build import START, encode, event, found, pipeline, shop
from tests.core.test_journey import GIFT

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


def test_it_is_said_as_soon_as_an_act_shows_that_somebody_is_still_there() -> None:
    made = pipeline()

    said = [live(made, line) for line in ("0 page /checkout/payment", "119 click #pay", "121 click #pay", "150 click")]

    assert [[row.cost_seconds for row in rows] for rows in said] == [[], [], [1.0], [30.0]]
    assert len({row.id for rows in said for row in rows}) == 1


def test_what_was_said_then_is_what_the_end_says() -> None:
    made = pipeline()
    lines = ["0 checkout", "10 page /checkout/payment", "200 click #pay", "290 click #pay", "320 buy"]
    for line in lines:
        live(made, line)

    made.tick(0, Millis(START + 86_400_000))

    ended = [row for row in made.take().findings if row.detector == "stage_stall"]
    assert [row.cost_seconds for row in ended] == [190.0]
    assert [(row.id, row.evidence) for row in ended] == [(row.id, row.evidence) for row in found("stage_stall", *lines)]


def test_time_out_of_sight_is_waited_for_too() -> None:
    made = pipeline()
    lines = ["0 page /checkout/payment", "20 tab_hidden", "180 tab_shown", "230 click #pay", "281 click #pay"]

    assert [len(live(made, line)) for line in lines] == [0, 0, 0, 0, 1]


def test_a_stage_is_a_stall_while_its_steps_are_walked_through() -> None:
    made = pipeline()
    lines = ["0 checkout", "200 page /checkout/address", "301 page /checkout/payment"]

    assert [[row.step for row in live(made, line)] for line in lines] == [[], [], [""]]


def test_a_stage_of_which_a_step_was_a_stall_is_none_besides() -> None:
    lines = ["0 checkout", "10 page /checkout/payment", "200 page /checkout/address", "400 click", "500 buy"]

    assert [row.step for row in found("stage_stall", *lines)] == ["payment"]


def test_what_was_learned_for_the_job_that_they_turn_out_to_have_counts() -> None:
    journey = shop(jobs=[GIFT], learned={"stays": {"browse": {"gift": "1m", "*": "10m"}}})

    assert found("stage_stall", "0 view", "70 view /gifts/1", "80 search query=gift", "90 view", journey=journey)
    assert not found("stage_stall", "0 view", "70 view", "90 view", journey=journey)


def live(made: Pipeline, line: str) -> list[FindingRow]:
    """What is said of an open session at an act."""
    made.feed(0, encode([event(line)], first_offset=int(line.split()[0])), now=START)
    return [row for row in made.take().findings if row.detector == "stage_stall"]
