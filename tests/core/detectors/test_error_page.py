"""Error pages: a link that led nowhere."""

import pytest

from services.core.finding import GRAVE
from tests.core.build import found, shop

SPEAKS = ["0 page /list", "10 page /gone status=404"]
SILENT = ["0 page /list status=200", "10 page /account status=403"]


def test_a_page_that_is_not_there_counts_and_names_where_the_link_was() -> None:
    (row,) = found("error_page", *SPEAKS)

    assert (row.page, row.cause) == ("/gone", "came from /list")


@pytest.mark.parametrize(
    "line", ["10 page /pay status=500", "10 screen /pay status=503", "10 error_page /pay status=502"]
)
def test_a_broken_page_is_grave(line: str) -> None:
    (row,) = found("error_page", line)

    assert row.severity == GRAVE


def test_a_page_known_by_its_path_counts_once_though_it_tells_its_status_too() -> None:
    (row,) = found("error_page", "10 page /404 status=404")

    assert len(row.evidence) == 1


def test_an_event_of_its_own_needs_no_status() -> None:
    assert found("error_page", "10 error_page /gone")


def test_other_pages_do_not() -> None:
    assert not found("error_page", *SILENT)


def test_the_journey_file_says_which_pages_are_errors() -> None:
    assert found("error_page", "10 page /panne", journey=shop(pages={"error": {"path": "/panne"}}))


def test_the_same_page_again_is_the_same_finding() -> None:
    (row,) = found("error_page", *SPEAKS, "20 page /list", "30 page /gone status=404")

    assert len(row.evidence) == 2


def test_from_500_on_a_page_is_broken() -> None:
    assert found("error_page", "0 page /cart status=500")
    assert not found("error_page", "0 page /cart status=499")
