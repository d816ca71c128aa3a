"""docs/events.md names every event and property by which pages and apps tell of themselves."""

from pathlib import Path

import pytest

from services.core.act import PAGE_VIEWS
from services.core.detectors import DETECTORS

PAGE = (Path(__file__).parent.parent / "docs" / "events.md").read_text()

TOLD_BY_PAGES = [
    *("dead_click", "dropped_call", "error_click", "error_page", "failed_request", "rage_click"),
    *("script_error", "slow_page", "thrashed_cursor"),
]


@pytest.mark.parametrize("name", TOLD_BY_PAGES)
def test_the_page_names_all_that_a_detector_hears_and_reads(name: str) -> None:
    detector = DETECTORS[name]()
    # Of PostHog's clicks only the words that say what was clicked are worth naming there.
    words = (detector.hears | detector.notices | detector.reads) - PAGE_VIEWS - {"$event_type"}

    assert not sorted(word for word in words if f"`{word}`" not in PAGE)
