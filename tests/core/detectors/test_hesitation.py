"""Hesitation: not knowing what to write into a field."""

import pytest

from tests.core.build import found, shop

FOCUS = "10 form_field form=pay field=iban action=focus"
SPEAKS = ["0 page /checkout/payment", FOCUS, "20 form_field form=pay field=iban action=input"]
SILENT = ["0 page /checkout/payment", FOCUS, "19.9 form_field form=pay field=iban action=input"]


def test_ten_seconds_from_focus_to_first_input_are_hesitation() -> None:
    (row,) = found("hesitation", *SPEAKS)

    assert (row.step, row.element, row.cost_seconds) == ("payment", "pay iban", 10.0)
    assert row.evidence == [f"anna {line}" for line in SPEAKS[1:]]


def test_less_is_not() -> None:
    assert not found("hesitation", *SILENT)


@pytest.mark.parametrize(
    "between",
    [
        "15 tab_hidden",
        "15 'Application Backgrounded'",
        "15 form_field form=pay field=iban action=leave",
        "15 form_field form=pay field=bic action=focus",
    ],
)
def test_nor_is_looking_elsewhere(between: str) -> None:
    assert not found("hesitation", SPEAKS[0], FOCUS, between, SPEAKS[2])


def test_nor_a_tab_that_was_hidden_meanwhile() -> None:
    assert not found("hesitation", *SPEAKS[:2], f"{SPEAKS[2]} hidden=true")


def test_the_focus_told_twice_is_the_first() -> None:
    (row,) = found("hesitation", FOCUS, "15 form_field form=pay field=iban action=focus", SPEAKS[2])

    assert row.cost_seconds == 10.0


def test_a_field_counts_once() -> None:
    again = ["40 form_field form=pay field=iban action=focus", "60 form_field form=pay field=iban action=input"]

    assert len(found("hesitation", *SPEAKS, *again)) == 1


def test_typing_on_slowly_is_none() -> None:
    typing = [f"{n} form_field form=pay field=iban action=input" for n in (12, 30, 60)]

    assert not found("hesitation", FOCUS, *typing)


def test_the_journey_file_sets_how_long() -> None:
    assert not found("hesitation", *SPEAKS, journey=shop(friction={"hesitation": {"pause": "15s"}}))
