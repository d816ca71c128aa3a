"""Rage clicks: when hammering counts, and when many clicks are just the way to use a thing."""

import pytest

from tests.core.build import found, shop

BURST = [f"{place / 2} click #pay x={place} y=0" for place in range(4)]
SPEAKS = ["0 page /checkout/payment", *BURST]
SILENT = [f"{place / 2} click #more role=stepper" for place in range(6)]


def test_four_quick_clicks_on_one_target_are_a_rage_click() -> None:
    (row,) = found("rage_click", "0 page /checkout/payment", *BURST)

    assert (row.stage, row.step, row.page, row.element) == ("checkout", "payment", "/checkout/payment", "#pay")
    assert row.evidence == [f"anna {line}" for line in BURST]
    assert row.cost_seconds == 1.5


def test_three_are_not() -> None:
    assert not found("rage_click", *BURST[:3])


def test_a_burst_that_goes_on_is_one_finding() -> None:
    lines = [f"{place / 2} click #pay" for place in range(9)]

    (row,) = found("rage_click", *lines)

    assert len(row.evidence) == 9


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([f"{place * 1.1} click #pay" for place in range(6)], id="slowly"),
        pytest.param([f"{place / 2} click #pay x={place * 31}" for place in range(6)], id="far apart"),
        pytest.param([f"{place / 2} click #pay{place % 2}" for place in range(6)], id="on two targets"),
        pytest.param([f"{place / 2} click #more role=stepper" for place in range(6)], id="on a stepper"),
        pytest.param([f"{place / 2} click #name role=textbox" for place in range(6)], id="in a text field"),
        pytest.param([f"{place / 2} click #text selected=true" for place in range(6)], id="selecting text"),
        pytest.param([f"{place / 2} click #list scrolled=true" for place in range(6)], id="while scrolling"),
        pytest.param([f"{place / 2} click #like answered=true" for place in range(6)], id="all answered"),
    ],
)
def test_clicks_are_no_rage(lines: list[str]) -> None:
    assert not found("rage_click", *lines)


def test_one_unanswered_click_among_answered_ones_is_enough() -> None:
    lines = [f"{place / 2} click #pay answered={'false' if place == 2 else 'true'}" for place in range(4)]

    assert found("rage_click", *lines)


def test_the_journey_file_sets_how_many() -> None:
    assert found("rage_click", *BURST[:3], journey=shop(friction={"rage_click": {"clicks": 3}}))
