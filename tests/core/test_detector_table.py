"""The detectors that were promised, each with its default rule: one line for each row of the contract's table."""

from datetime import timedelta
from typing import Any

import pytest

from services.core.detectors import DETECTORS

TABLE: dict[str, dict[str, Any]] = {
    "rage_click": {"clicks": 4, "within": timedelta(seconds=1), "radius_px": 30},
    "dead_click": {"within": timedelta(seconds=2.5), "again": timedelta(seconds=1)},
    "error_click": {"within": timedelta(seconds=2)},
    "thrashed_cursor": {"changes": 20, "within": timedelta(seconds=2)},
    "form_abandonment": {},
    "form_refill": {"returns": 2, "rejections": 2},
    "hesitation": {"pause": timedelta(seconds=10)},
    "quick_back": {"within": timedelta(seconds=7)},
    "loop": {"within": timedelta(seconds=90)},
    "backslide": {"share": 0.05},
    "excess_steps": {"factor": 2},
    "stage_stall": {},
    "slow_page": {
        "lcp": timedelta(seconds=4), "inp": timedelta(milliseconds=500), "cls": 0.25, "load": timedelta(seconds=8)
    },
    "script_error": {"hosts": ()},
    "failed_request": {"status": 400, "hosts": ()},
    "error_page": {},
    "zero_results": {"refinements": 3},
    "checkout_abandonment": {},
    "cart_abandonment": {},
    "payment_failure": {},
    "cost_surprise": {"share": 0.05},
    "account_wall": {},
    "coupon_failure": {},
    "help_seeking": {},
    "dropped_call": {},
}  # fmt: skip
"""What a rule's numbers are where the journey file names none."""

WORDS = (tuple, str)
"""Settings that say which events and properties are meant, which the contract leaves to us."""


def test_there_is_a_detector_for_each_row_and_none_besides() -> None:
    assert set(DETECTORS) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_its_numbers_are_those_of_the_contract(name: str) -> None:
    defaults = {key: field.default for key, field in DETECTORS[name].model_fields.items()}
    numbers = {key for key, value in defaults.items() if not isinstance(value, WORDS)}

    assert {key: defaults[key] for key in TABLE[name]} == TABLE[name]
    assert numbers <= set(TABLE[name]), "a number that the contract does not have"
