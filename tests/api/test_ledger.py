"""One person's jobs, attempt by attempt, at the edges."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.api.ledger import Ledger, Walk
from services.core.journey import read_journey
from tests.api.shop import JOURNEY

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(milliseconds=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = JOURNEY.window
STORY = {"when": "I am invited", "want": "find something", "so_that": "she is glad"}
GIFT = read_journey(
    {
        **JOURNEY.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "jobs": [{"name": "gift", **STORY, "outcome": {"event": "Order Completed"}}],
    }
)
"""The same shop, in which a gift is got done by a purchase."""


def walk(id: str, day: float, done_after: timedelta | None = None, **given: Any) -> Walk:
    """A session of five minutes, in the basket from its begin on."""
    began = FIRST + day * DAY
    told: dict[str, Any] = {
        "job": "gift", "stage": "basket", "acts": [(began, "basket")],
        "outcome_at": None if done_after is None else began + done_after,
    } | given  # fmt: skip
    return Walk(id=id, started_at=began, ended_at=began + 5 * MINUTE, **told)


def entering(*acts: tuple[timedelta, str], id: str = "z", job: str = "unassigned") -> Walk:
    """A session that enters stages so long after the first session began."""
    entered = [(FIRST + after, stage) for after, stage in acts]
    return Walk(id, job, entered[0][0], entered[-1][0] + MINUTE, entered[-1][1], None, entered)


def told(*walks: Walk, journey: Any = JOURNEY, as_of: timedelta = 100 * DAY) -> list[tuple[str, Sequence[str]]]:
    ledger = Ledger(journey, as_of=FIRST + as_of)
    return [(one.fate, list(one.sessions)) for one in ledger.attempts(walks)]


def fate(*walks: Walk, journey: Any = GIFT, as_of: timedelta = 100 * DAY) -> str:
    [(fate, _)] = told(*walks, journey=journey, as_of=as_of)
    return fate


def test_what_is_done_with_the_last_event_of_the_session_is_done_at_once() -> None:
    assert told(walk("a", 0, timedelta(minutes=5))) == [("done_at_once", ["a"])]


def test_a_session_within_the_window_of_the_one_before_opens_no_attempt_and_one_later_does() -> None:
    assert told(walk("a", 0), walk("b", 14), walk("c", 28.01)) == [("abandoned", ["c"]), ("abandoned", ["a", "b"])]


def test_an_attempt_goes_on_for_as_long_as_each_session_is_within_a_window_of_the_one_before() -> None:
    assert told(walk("a", 0), walk("b", 10), walk("c", 20, MINUTE)) == [("continued_later", ["a", "b", "c"])]


def test_what_is_begun_after_it_was_done_is_another_attempt() -> None:
    done = walk("a", 0, timedelta(minutes=1))

    assert told(done, walk("b", 1)) == [("abandoned", ["b"]), ("done_at_once", ["a"])]


@pytest.mark.parametrize("job", ["", "unassigned"])
def test_sessions_without_a_job_are_no_attempt(job: str) -> None:
    assert told(walk("a", 0, job=job)) == []


def test_sessions_are_taken_in_the_order_of_time_whichever_is_told_first() -> None:
    done = walk("c", 2, MINUTE)

    assert told(done, walk("b", 1), walk("a", 0)) == [("continued_later", ["a", "b", "c"])]


def test_what_is_not_done_is_open_until_a_window_after_the_last_session_began() -> None:
    ones = walk("a", 0), walk("b", 10)

    assert fate(*ones, as_of=10 * DAY + WINDOW - INSTANT) == "open"
    assert fate(*ones, as_of=10 * DAY + WINDOW) == "abandoned"


def test_a_purchase_of_no_known_job_counts_until_a_window_after_the_last_session_began() -> None:
    ones = walk("a", 0), walk("b", 10)

    assert fate(*ones, entering((10 * DAY + WINDOW, "bought"))) == "continued_later"
    assert fate(*ones, entering((10 * DAY + WINDOW + INSTANT, "bought"))) == "abandoned"


def test_a_purchase_counts_from_the_moment_at_which_the_first_session_began() -> None:
    assert fate(walk("a", 0), entering((-INSTANT, "bought"))) == "abandoned"
    assert fate(walk("a", 0, acts=[(FIRST, "bought")], stage="bought")) == "done_at_once"


def test_the_earliest_purchase_is_the_one_by_which_it_was_done() -> None:
    [attempt] = Ledger(GIFT, as_of=FIRST + 100 * DAY).attempts(
        [entering((3 * DAY, "bought"), id="y"), entering((2 * DAY, "bought")), walk("a", 0)]
    )

    assert attempt.done_at == FIRST + 2 * DAY


def test_a_sessions_own_outcome_goes_before_what_a_stage_tells() -> None:
    [attempt] = Ledger(GIFT, as_of=FIRST + 100 * DAY).attempts([entering((2 * MINUTE, "bought")), walk("a", 0, MINUTE)])

    assert attempt.done_at == FIRST + MINUTE


@pytest.mark.parametrize(
    ("came_to", "fate_of_it"),
    [("browse", "done_elsewhere"), ("basket", "continued_later"), ("checkout", "continued_later")],
)
def test_who_comes_at_least_as_far_again_before_it_is_done_continues(came_to: str, fate_of_it: str) -> None:
    assert fate(walk("a", 0), entering((DAY, came_to), (DAY + MINUTE, "bought"))) == fate_of_it


def test_only_what_comes_after_the_first_session_and_not_after_it_was_done_is_coming_again() -> None:
    ended = 5 * MINUTE

    assert fate(walk("a", 0), entering((ended, "checkout"), (DAY, "bought"))) == "done_elsewhere"
    assert fate(walk("a", 0), entering((ended + INSTANT, "checkout"), (DAY, "bought"))) == "continued_later"
    assert fate(walk("a", 0), entering((DAY, "bought"), (DAY, "checkout"))) == "continued_later"
    assert fate(walk("a", 0), entering((DAY, "bought"), (DAY + INSTANT, "checkout"))) == "done_elsewhere"


def test_a_stage_that_the_journey_has_no_more_is_no_coming_again() -> None:
    assert fate(walk("a", 0), entering((DAY, "wishlist"), (DAY + MINUTE, "bought"))) == "done_elsewhere"


def test_the_latest_attempt_is_told_first_and_of_two_at_once_the_later_name() -> None:
    ones = walk("a", 0), walk("b", 20), walk("c", 20, job="return")

    assert [(one.job, list(one.sessions)) for one in Ledger(JOURNEY, FIRST).attempts(ones)] == [
        ("return", ["c"]), ("gift", ["b"]), ("gift", ["a"]),
    ]  # fmt: skip
