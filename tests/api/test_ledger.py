"""One person's jobs, attempt by attempt, at the edges."""

from datetime import UTC, datetime, timedelta

from services.api.ledger import Ledger, Walk
from tests.api.shop import JOURNEY

DAY = timedelta(days=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def walk(id: str, day: float, done_after: timedelta | None = None) -> Walk:
    began = FIRST + day * DAY
    done_at = None if done_after is None else began + done_after
    return Walk(id, "gift", began, began + timedelta(minutes=5), "basket", done_at, [(began, "basket")])


def told(*walks: Walk) -> list[tuple[str, list[str]]]:
    ledger = Ledger(JOURNEY, as_of=FIRST + 100 * DAY)
    return [(one.fate, list(one.sessions)) for one in ledger.attempts(walks)]


def test_what_is_done_with_the_last_event_of_the_session_is_done_at_once() -> None:
    assert told(walk("a", 0, timedelta(minutes=5))) == [("done_at_once", ["a"])]


def test_a_session_within_the_window_of_the_one_before_opens_no_attempt_and_one_later_does() -> None:
    assert told(walk("a", 0), walk("b", 14), walk("c", 28.01)) == [("abandoned", ["c"]), ("abandoned", ["a", "b"])]


def test_what_is_begun_after_it_was_done_is_another_attempt() -> None:
    done = walk("a", 0, timedelta(minutes=1))

    assert told(done, walk("b", 1)) == [("abandoned", ["b"]), ("done_at_once", ["a"])]
