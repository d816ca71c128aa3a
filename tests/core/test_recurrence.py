"""Friction that comes again at one place: one finding, which grows up to a bound and shrinks again."""

import pytest

from services.core.finding import GRAVE, NOTICEABLE, SLIGHT, Finding
from services.core.fold import Fold
from services.core.recurrence import MOST_PLACES, Recurrence
from services.core.rulebook import Rulebook
from services.core.series import MOST_EVIDENCE
from tests.core.build import START, shop


def finding(*evidence: str, page: str = "/cart", severity: int = SLIGHT, seconds: float = 0.0) -> Finding:
    return Finding(
        detector="error_click", cause_id=evidence[0], stage="basket", step="", page=page, occurred_at=START,
        severity=severity, cost_seconds=seconds, evidence=evidence,
    )  # fmt: skip


@pytest.fixture
def fold() -> Fold:
    return Fold(Rulebook(shop()), "session")


def test_it_is_as_grave_as_the_gravest_and_costs_what_all_cost() -> None:
    found = Recurrence()

    found.add(finding("a", severity=GRAVE, seconds=2))
    again = found.add(finding("b", severity=NOTICEABLE, seconds=3))

    assert again is not None
    assert (again.cause_id, again.severity, again.cost_seconds, again.evidence) == ("a", GRAVE, 5, ("a", "b"))


def test_a_click_that_was_named_with_the_error_before_is_not_named_again() -> None:
    found = Recurrence()

    found.add(finding("click", "error"))
    again = found.add(finding("click", "another error"))

    assert again is not None
    assert again.evidence == ("click", "error", "another error")


def test_more_evidence_than_can_be_named_is_no_news() -> None:
    found = Recurrence()
    for number in range(MOST_EVIDENCE - 1):
        found.add(finding(f"event {number}"))

    full = found.add(finding("last", "one too many"))

    assert full is not None
    assert (len(full.evidence), full.evidence[-1]) == (MOST_EVIDENCE, "last")
    assert found.add(finding("more")) is None


def test_nor_are_more_places_than_can_be_told() -> None:
    found = Recurrence()
    for number in range(MOST_PLACES):
        assert found.add(finding(f"event {number}", page=f"/{number}")) is not None

    assert found.add(finding("more", page="/more")) is None
    assert found.add(finding("again", page="/0")) is not None


def test_only_what_was_named_last_is_taken_back_and_with_it_the_finding_where_nothing_else_speaks(fold: Fold) -> None:
    found = Recurrence()
    found.add(finding("a"))
    grown = found.add(finding("b"))
    assert grown is not None

    assert found.take_back(fold, grown, "a") is None
    shorter = found.take_back(fold, grown, "b")

    assert shorter is not None
    assert shorter.evidence == ("a",)
    assert found.take_back(fold, shorter, "a") is None
    assert not found.found
