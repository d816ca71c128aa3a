"""Of which page, device, release or source those are who are too many."""

from services.core.spikes.suspect import Flow, Tally, last_seen, silent, suspect


def test_a_device_that_fails_more_than_it_usually_does_is_named() -> None:
    assert suspect({"mobile": Tally(60, 50, 600, 240), "desktop": Tally(40, 8, 400, 80)}, 0.3) == "mobile"


def test_a_device_that_always_fails_more_often_is_not_to_blame_for_what_all_feel() -> None:
    assert suspect({"mobile": Tally(60, 42, 600, 240), "desktop": Tally(40, 14, 400, 80)}, 0.3) == ""


def test_what_everybody_has_explains_nothing() -> None:
    assert suspect({"mobile": Tally(100, 70, 1000, 300)}, 0.3) == ""


def test_unless_it_came_with_the_incident() -> None:
    assert suspect({"4.3": Tally(100, 70), "4.2": Tally(0, 0, 1000, 300)}, 0.3) == "4.3"
    assert suspect({"4.3": Tally(95, 66, 300, 90), "4.2": Tally(5, 2, 700, 210)}, 0.3) == "4.3"
    assert suspect({"4.3": Tally(95, 66, 600, 180), "4.2": Tally(5, 2, 400, 120)}, 0.3) == ""


def test_a_value_that_nobody_knows_is_never_named() -> None:
    assert suspect({"": Tally(60, 50, 600, 240), "desktop": Tally(40, 8, 400, 80)}, 0.3) == ""


def test_without_a_past_nothing_is_said_of_devices() -> None:
    assert suspect({"mobile": Tally(60, 50), "desktop": Tally(40, 8)}, 0.0) == ""


def test_the_page_is_where_more_end_than_usually_and_not_where_most_do() -> None:
    pages = {"/cart": Tally(200, 200, 2000, 2000), "/pay": Tally(60, 60, 50, 50), "/thanks": Tally(140, 0, 1950, 0)}

    assert last_seen(pages) == "/pay"


def test_without_a_past_it_is_where_most_of_them_end() -> None:
    assert last_seen({"/cart": Tally(30, 30), "/pay": Tally(70, 70)}) == "/pay"
    assert last_seen({"/cart": Tally(50, 50), "/pay": Tally(50, 50)}) == ""


def test_a_source_is_silent_only_where_others_are_heard() -> None:
    assert silent({"app": Flow(2, 300.0), "web": Flow(190, 200.0)}) == "app"
    assert silent({"app": Flow(2, 300.0), "web": Flow(90, 200.0)}) == ""
    assert silent({"app": Flow(2, 300.0)}) == ""
    assert silent({}) == ""
