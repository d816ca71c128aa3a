"""Slow pages: waiting for the first sight, for an answer, for the end; or a page that jumps."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 page /cart", "5 web_vitals lcp_ms=4001"]
SILENT = ["0 page /cart", "5 web_vitals lcp_ms=4000 inp_ms=500 cls=0.25 load_ms=8000"]


def test_a_page_that_web_vitals_call_poor_counts() -> None:
    (row,) = found("slow_page", "0 page /cart", "5 web_vitals lcp_ms=6500")

    assert (row.page, row.cost_seconds, row.cause) == ("/cart", 2.5, "LCP 6.5 s")


@pytest.mark.parametrize(
    ("props", "cause"),
    [
        ("web_vitals inp_ms=501", "INP 0.5 s"),
        ("web_vitals cls=0.26", "CLS 0.26"),
        ("web_vitals load_ms=8001", "load 8.0 s"),
        ("web_vitals name=LCP value=4100", "LCP 4.1 s"),
        ("web_vitals name=lcp value=4100", "LCP 4.1 s"),
        ("LCP value=100 metric_value=4100", "LCP 4.1 s"),
        ("$web_vitals $web_vitals_INP_value=900", "INP 0.9 s"),
    ],
)
def test_each_measurement_counts_in_whatever_words(props: str, cause: str) -> None:
    (row,) = found("slow_page", f"5 {props}")

    assert row.cause == cause


def test_up_to_the_limits_nothing_is_said() -> None:
    assert not found("slow_page", *SILENT)
    assert not found("slow_page", "5 LCP value=4000", "6 INP value=500", "7 CLS value=0.25", "8 load value=8000")


def test_a_page_loaded_in_the_background_kept_nobody_waiting() -> None:
    assert not found("slow_page", "5 web_vitals lcp_ms=9000 hidden=true")


def test_several_measurements_of_one_page_are_one_finding() -> None:
    (row,) = found("slow_page", *SPEAKS, "6 web_vitals inp_ms=700", "7 web_vitals cls=0.5")

    assert len(row.evidence) == 3


def test_the_journey_file_sets_the_limits() -> None:
    assert found("slow_page", *SILENT, journey=shop(friction={"slow_page": {"lcp": "2.5s"}}))
