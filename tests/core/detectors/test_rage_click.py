"""Rage clicks: when hammering counts, and when many clicks are just the way to use a thing."""

import msgspec
import pytest

from tests.core.build import START, closed, encode, event, found, pipeline, shop

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


@pytest.mark.parametrize("text", ["Next", "previous", "+", "Next slide", "›"])  # noqa: RUF001 - as on the button
def test_clicks_on_what_is_there_to_be_clicked_many_times_are_no_rage(text: str) -> None:
    clicks = [msgspec.structs.replace(event(line), props=_props(text)) for line in BURST]
    made = pipeline()

    made.feed(0, encode(clicks), now=START)

    assert not closed(made)[1]


def _props(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode({"target": "#it", "text": text}))


def test_a_button_that_goes_on_is_clicked_once_in_peace() -> None:
    assert found("rage_click", *[f"{line} text=Next-step" for line in BURST])


def test_mere_positions_say_nothing_since_nobody_says_what_was_clicked() -> None:
    bare = [f"{place / 2} click x=5 y=5" for place in range(6)]

    assert not found("rage_click", *bare)
    assert found("rage_click", *[f"{line} answered=false" for line in bare])


def test_scrolling_ends_a_burst_and_the_click_after_it_may_begin_another() -> None:
    (row,) = found(
        "rage_click",
        "0 click #a",
        "0.2 click #a",
        "0.4 click #a scrolled=true",
        *[f"{0.6 + place / 5} click #a" for place in range(3)],
    )

    assert row.evidence[0] == "anna 0.4 click #a scrolled=true"


def test_distance_is_across_plus_down() -> None:
    assert found("rage_click", *[f"{place / 2} click #a x={place * 15} y={place * 15}" for place in range(4)])
    assert not found("rage_click", *[f"{place / 2} click #a x={place * 16} y={place * 15}" for place in range(4)])


def test_an_endless_burst_is_counted_whole_and_names_a_hundred_events() -> None:
    (row,) = found("rage_click", *[f"{place / 2} click #a" for place in range(300)])

    assert (len(row.evidence), row.cost_steps) == (100, 299)


def test_posthogs_clicks_are_understood() -> None:
    lines = [f"{place / 2} $autocapture $event_type=click $elements_chain=button.pay:x" for place in range(4)]

    (row,) = found("rage_click", *lines)

    assert row.element == "button.pay"


def test_one_unanswered_click_among_answered_ones_is_enough() -> None:
    lines = [f"{place / 2} click #pay answered={'false' if place == 2 else 'true'}" for place in range(4)]

    assert found("rage_click", *lines)


def test_the_journey_file_sets_how_many() -> None:
    assert found("rage_click", *BURST[:3], journey=shop(friction={"rage_click": {"clicks": 3}}))


def test_a_pause_of_exactly_a_second_is_still_hammering() -> None:
    assert found("rage_click", *(f"{place} click #pay" for place in range(4)))
    assert not found("rage_click", *(f"{place * 1.001:.3f} click #pay" for place in range(4)))


def test_clicks_on_the_same_button_of_two_pages_are_no_burst() -> None:
    assert not found("rage_click", *(f"{place / 2} click /p/{place % 2} #pay" for place in range(8)))
