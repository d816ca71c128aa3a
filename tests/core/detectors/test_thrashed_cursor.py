"""Thrashed cursors: shaking the mouse at a page."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 page /cart", "10 cursor changes=20 axis=x within_ms=2000"]
SILENT = ["0 page /cart", "10 cursor changes=19 axis=x within_ms=2000"]


def test_twenty_changes_of_direction_within_two_seconds_count() -> None:
    (row,) = found("thrashed_cursor", *SPEAKS)

    assert (row.page, row.cost_seconds) == ("/cart", 2.0)


def test_fewer_do_not() -> None:
    assert not found("thrashed_cursor", *SILENT)


@pytest.mark.parametrize("took", ["within_ms=2001", ""])
def test_a_summary_of_a_longer_or_unknown_time_says_nothing(took: str) -> None:
    assert not found("thrashed_cursor", f"10 cursor changes=40 {took}")


def test_shaking_again_at_one_place_is_one_finding() -> None:
    (row,) = found("thrashed_cursor", *SPEAKS, "20 cursor changes=30 within_ms=1500")

    assert (len(row.evidence), row.cost_seconds) == (2, 3.5)


def test_the_journey_file_sets_how_many() -> None:
    assert found("thrashed_cursor", *SILENT, journey=shop(friction={"thrashed_cursor": {"changes": 10}}))
