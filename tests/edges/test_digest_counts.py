"""What a digest counts: sessions of its days, each once, as the API's answers of these days count them."""

from collections.abc import Sequence
from datetime import date

from services.core.journey import Journey
from services.core.rows import SessionRow
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell
from services.core.spikes.digest import Counted
from services.edges.clickhouse import Store
from services.edges.digest_counts import counted
from tests.api.shop import DAY, JOURNEY, fill, finding, session

HOUR = 3_600
NEW_YEAR = date(2026, 1, 1), date(2026, 1, 2)


def of_new_year(store: Store, sessions: Sequence[SessionRow], jobs: tuple[str, ...] = ()) -> Counted:
    fill(store, sessions)
    return counted(store, JOURNEY, "shop", NEW_YEAR, jobs)


def test_a_session_that_is_in_a_stage_for_hours_counts_once(store: Store) -> None:
    long = session(f"0-{5 * HOUR} browse, {5 * HOUR + 1} basket")

    told = of_new_year(store, [long, session("10 browse")])

    assert (told.sessions, told.visitors) == (2, 2)
    assert told.window(Cell(NOT_GOING_ON, "browse")) == (2, 1)


def test_a_session_is_of_the_day_on_which_it_began(store: Store) -> None:
    told = of_new_year(store, [session(f"{DAY - 60}-{DAY + HOUR} browse"), session(f"{DAY} browse")])

    assert told.sessions == 1


def test_days_are_those_of_the_journeys_time_zone(store: Store) -> None:
    fill(store, [session(f"{at} browse") for at in (DAY - HOUR - 1, DAY - HOUR, 2 * DAY - HOUR - 1, 2 * DAY - HOUR)])
    berlin: Journey = JOURNEY.model_copy(update={"time_zone": "Europe/Berlin"})

    told = counted(store, berlin, "shop", (date(2026, 1, 2), date(2026, 1, 3)))

    assert told.sessions == 2


def test_a_session_that_got_stuck_twice_on_the_same_is_stuck_once(store: Store) -> None:
    one, calm = session("0 browse, 10 basket"), session("0 browse, 10 basket")
    fill(
        store,
        [one, calm],
        [
            finding(one, "loop", "basket", 11),
            finding(one, "loop", "basket", 11),
            finding(calm, "loop", "basket", 11, intended=True),
        ],
    )

    told = counted(store, JOURNEY, "shop", NEW_YEAR)

    assert told.window(Cell("loop", "basket")) == (2, 1)


def test_who_comes_back_to_a_stage_went_on_from_it_if_they_did_at_any_time_after(store: Store) -> None:
    ways = ["0 browse, 5 basket, 9 browse", "0 basket, 5 browse", "0 checkout, 5 browse, 9 checkout"]

    told = of_new_year(store, [session(way) for way in ways])

    assert told.window(Cell(NOT_GOING_ON, "browse")) == (3, 1)
    assert told.window(Cell(NOT_GOING_ON, "basket")) == (2, 2)


def test_who_is_still_there_is_in_no_share_of_those_who_went_on_or_were_done(store: Store) -> None:
    told = of_new_year(store, [session("0 browse", state="open", job="gift")])

    assert told.sessions == 1
    assert told.cells == {}


def test_only_sessions_with_the_jobs_asked_for_count(store: Store) -> None:
    sessions = [session("0 browse", job="gift", outcome_at=1), session("0 browse", job="gift"), session("0 browse")]

    told = of_new_year(store, sessions, ("gift",))

    assert told.sessions == 2
    assert told.window(Cell(JOB_SUCCESS, "", "gift")) == (2, 1)
    assert told.window(Cell(NOT_GOING_ON, "browse")) == (2, 2)
