"""Dead clicks: nothing follows where something should."""

import pytest

from tests.core.build import found, shop

DEAD = "10 click #pay role=button answered=false"

SPEAKS = ["0 page /checkout/payment", DEAD]
SILENT = ["0 page /checkout/payment", "10 click #pay role=button", "20 click #pay role=button answered=true"]


def test_an_unanswered_click_on_a_button_is_a_dead_click() -> None:
    (row,) = found("dead_click", *SPEAKS)

    assert (row.step, row.page, row.element) == ("payment", "/checkout/payment", "#pay")
    assert row.evidence == [f"anna {DEAD}"]


def test_what_the_page_does_not_say_nobody_knows() -> None:
    assert not found("dead_click", "10 click #pay role=button")


@pytest.mark.parametrize("excuse", ["selected", "download", "new_tab", "modifier", "focus_changed", "hidden"])
def test_a_click_with_an_excuse_is_none(excuse: str) -> None:
    assert not found("dead_click", f"{DEAD} {excuse}=true")


@pytest.mark.parametrize("role", ["role=paragraph", "role=textbox actionable=true", "", "role=button actionable=false"])
def test_a_click_on_what_is_not_there_to_be_clicked_is_none(role: str) -> None:
    assert not found("dead_click", f"10 click #it answered=false {role}")


def test_the_page_may_say_itself_that_a_thing_is_there_to_be_clicked() -> None:
    assert found("dead_click", "10 click #tile role=div actionable=true answered=false")


def test_clicks_on_one_target_within_a_second_of_each_other_are_one_attempt() -> None:
    (row,) = found("dead_click", *[f"{10 + place * 0.9} click #pay role=button answered=false" for place in range(4)])

    assert len(row.evidence) == 1


def test_a_click_on_another_target_within_a_second_is_another_attempt() -> None:
    lines = [DEAD, "10.5 click #send role=button answered=false"]

    assert [row.element for row in found("dead_click", *lines)] == ["#pay", "#send"]


def test_a_later_attempt_there_is_the_same_finding_with_more_evidence() -> None:
    (row,) = found("dead_click", DEAD, "12 click #pay role=button answered=false")

    assert len(row.evidence) == 2


def test_a_page_that_comes_soon_after_all_takes_it_back() -> None:
    assert not found("dead_click", DEAD, "12.5 page /thanks")
    assert found("dead_click", DEAD, "12.6 page /thanks")


def test_only_the_click_that_was_answered_is_taken_back() -> None:
    (row,) = found("dead_click", DEAD, "20 click #pay role=button answered=false", "21 page /thanks")

    assert row.evidence == [f"anna {DEAD}"]


@pytest.mark.parametrize("hiding", ["tab_hidden", "app_background"])
def test_hiding_the_page_within_a_second_takes_it_back(hiding: str) -> None:
    assert not found("dead_click", DEAD, f"11 {hiding}")
    assert found("dead_click", DEAD, f"11.1 {hiding}")


def test_a_clients_own_verdict_is_believed() -> None:
    (row,) = found("dead_click", "10 click #pay", "10 dead_click #pay")

    assert row.evidence == ["anna 10 dead_click #pay"]


def test_a_click_told_twice_counts_once() -> None:
    (row,) = found("dead_click", DEAD, "10 dead_click #pay")

    assert len(row.evidence) == 1


def test_posthogs_words_are_understood() -> None:
    chain = 'button.big:attr__id="pay"nth-child="1"'

    (row,) = found("dead_click", f"10 $autocapture $event_type=click $elements_chain='{chain}'", "10 $dead_click #pay")

    assert row.element == "#pay"


def test_a_click_a_millisecond_more_than_a_second_later_is_another_attempt() -> None:
    click = "click #pay role=button answered=false"

    (one,) = found("dead_click", f"0 {click}", f"1 {click}")
    (two,) = found("dead_click", f"0 {click}", f"1.001 {click}")

    assert (len(one.evidence), len(two.evidence)) == (1, 2)


def test_a_click_on_a_like_target_of_another_page_is_no_repetition() -> None:
    click = "click /{} #pay role=button answered=false"

    rows = found("dead_click", f"0 {click.format('a')}", f"0.5 {click.format('b')}")

    assert [row.page for row in rows] == ["/a", "/b"]


def test_a_clients_verdict_on_what_is_not_there_to_be_clicked_is_none() -> None:
    assert not found("dead_click", "10 dead_click #picture actionable=false")


def test_the_journey_file_says_how_soon_a_click_is_no_other_attempt_and_until_when_a_page_is_an_answer() -> None:
    clicks = [f"{at} click #pay role=button answered=false" for at in (0, 3)]
    late = [clicks[0], "3 page /paid"]

    for settings, attempts, findings in (({}, 2, 1), ({"again": "3s", "within": "3s"}, 1, 0)):
        journey = shop(friction={"dead_click": settings})
        assert [len(row.evidence) for row in found("dead_click", *clicks, journey=journey)] == [attempts]
        assert len(found("dead_click", *late, journey=journey)) == findings


@pytest.mark.parametrize(("hidden", "findings"), [("11", 0), ("11.001", 1)])
def test_hiding_the_page_is_an_answer_up_to_a_second_however_long_an_attempt_lasts(hidden: str, findings: int) -> None:
    journey = shop(friction={"dead_click": {"again": "3s"}})

    assert len(found("dead_click", DEAD, f"{hidden} tab_hidden", journey=journey)) == findings
