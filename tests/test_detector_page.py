"""docs/detectors.md says of every detector what its code says."""

from tests.detector_page import PAGE, page


def test_the_page_is_what_the_detectors_say_of_themselves() -> None:
    assert PAGE.read_text() == page(), "write it anew: uv run python -m tests.detector_page"
