"""Dropped calls: an app left or crashed in the middle of something, for good."""

import msgspec
import pytest

from services.core.finding import GRAVE, NOTICEABLE
from tests.core.build import START, closed, encode, event, found, pipeline, shop

PAYING = ["0 checkout", "10 page /checkout/payment"]

SPEAKS = [*PAYING, "20 app_background"]
SILENT = [*PAYING, "20 app_background", "40 app_foreground"]


def test_an_app_left_within_a_step_for_good_is_a_dropped_call() -> None:
    (row,) = found("dropped_call", *SPEAKS)

    assert (row.stage, row.step, row.severity) == ("checkout", "payment", NOTICEABLE)
    assert row.evidence == ["anna 20 app_background"]


@pytest.mark.parametrize("crash", ["app_crash", "Application Crashed"])
def test_a_crash_is_grave(crash: str) -> None:
    made = pipeline()
    crashed = msgspec.structs.replace(event("20 crashed"), name=crash)

    made.feed(0, encode([*(event(line) for line in PAYING), crashed]), now=START)

    (row,) = [row for row in closed(made)[1] if row.detector == "dropped_call"]
    assert (row.severity, row.cause) == (GRAVE, "the app crashed")


@pytest.mark.parametrize("back", ["app_foreground", "page /checkout/payment", "buy"])
def test_who_comes_back_was_only_interrupted(back: str) -> None:
    assert not found("dropped_call", *SPEAKS, f"40 {back}")


def test_the_last_time_counts() -> None:
    (row,) = found("dropped_call", *SILENT, "50 app_background")

    assert row.evidence == ["anna 50 app_background"]


@pytest.mark.parametrize("where", ["view /list", "add /list", "buy"])
def test_leaving_while_browsing_or_after_the_purchase_is_none(where: str) -> None:
    assert not found("dropped_call", f"0 {where}", "10 app_background")


def test_a_tab_that_is_hidden_is_no_app_that_was_left() -> None:
    assert not found("dropped_call", *PAYING, "20 tab_hidden")


def test_beginning_to_pay_is_underway_before_its_first_step() -> None:
    (row,) = found("dropped_call", "0 checkout", "5 app_background")

    assert (row.stage, row.step) == ("checkout", "")


@pytest.mark.parametrize(("role", "count"), [("browse", 0), ("done", 0), (None, 1)])
def test_a_step_while_browsing_or_after_all_is_done_is_nothing_underway(role: str | None, count: int) -> None:
    stages = [{"name": "a", "role": role, "steps": [{"name": "b", "enter": {"event": "view"}}]}]

    assert len(found("dropped_call", "0 view", "5 app_background", journey=shop(stages=stages))) == count
