"""What a digest says of a day or a week."""

from datetime import date

from services.core.spikes.baseline import Window
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell
from services.core.spikes.delivery import Digest
from services.core.spikes.digest import MOST_INCIDENTS, Compared, Counted, asked_of, summarise
from services.edges.slack import MOST_BLOCKS
from tests.core.spikes.test_telling import HOUR, JOURNEY, incident

SUNDAY = Digest("daily-2026-01-05", date(2026, 1, 4), date(2026, 1, 5))
WEEK = Digest("weekly-2026-01-05", date(2025, 12, 29), date(2026, 1, 5))
NOTHING = Compared(Counted(0, 0, {}), Counted(0, 0, {}))


def seen(**cells: tuple[int, int, int]) -> Compared:
    """By `detector__stage__job`: how many are affected, of how many, and of as many a week before."""
    named = {Cell(*name.split("__")): counts for name, counts in cells.items()}
    now = {cell: Window(of, affected) for cell, (affected, of, _) in named.items()}
    before = {cell: Window(of, affected) for cell, (_, of, affected) in named.items()}
    return Compared(Counted(1_200, 900, now), Counted(1_000, 800, before))


def test_what_goes_on_comes_first_and_what_recovered_after_it() -> None:
    over = incident(stage="basket", state="recovered", recovered=HOUR + 1)

    told = summarise([over, incident()], JOURNEY, WEEK, NOTHING)

    assert told.title == "29 December to 4 January"
    assert told.sentence == "2 incident(s) since Monday, 1 of them still going on."
    assert [line.partition(":")[0] for line in told.lines] == ["going on", "over", "Sessions"]


def test_it_says_of_how_many_sessions_and_visitors_of_which_day_it_is() -> None:
    told = summarise([], JOURNEY, SUNDAY, seen())

    assert told.title == "Sunday, 4 January"
    assert told.lines == ("Sessions: 1,200 by 900 visitors; a week before 1,000 by 800 visitors",)
    assert told.footnote == "Sessions that began on Sunday, 4 January (Europe/Berlin), each counted once."


def test_a_team_of_some_jobs_is_told_that_it_hears_of_these() -> None:
    told = summarise([], JOURNEY, SUNDAY, seen(), ("gift", "own_use"))

    assert told.lines[0].startswith("Sessions for gift or own use: 1,200 by")


def test_the_friction_that_held_up_most_comes_first_beside_the_week_before_and_not_what_it_leads_to() -> None:
    compared = seen(
        loop__basket=(40, 100, 10),
        rage_click__checkout=(90, 300, 30),
        dead_click__checkout=(0, 300, 30),
        checkout_abandonment__checkout=(200, 300, 200),
    )

    told = summarise([], JOURNEY, SUNDAY, compared)

    assert told.lines[1:] == (
        "Rage click in checkout: 30% of 300; a week before 10% of 300",
        "Loop in basket: 40% of 100; a week before 10% of 100",
    )


def test_stages_and_jobs_are_told_by_those_who_went_on_and_were_done() -> None:
    journey = JOURNEY.model_copy(
        update={"alerts": JOURNEY.alerts.model_validate({"objectives": [{"job": "gift", "success": 0.6}]})}
    )
    first = journey.stages[0].name
    compared = seen(**{f"{NOT_GOING_ON}__{first}": (20, 100, 10), f"{JOB_SUCCESS}____gift": (50, 100, 10)})

    told = summarise([], journey, SUNDAY, compared)

    assert told.lines[1:] == (
        f"Went on from {first}: 80% of 100; a week before 90% of 100",
        "Gift done: 50% of 100; a week before 90% of 100; objective 60%",
    )


def test_what_nobody_met_a_week_before_is_told_beside_nobody() -> None:
    compared = seen(loop__basket=(40, 100, 10))._replace(before=Counted(0, 0, {}))

    told = summarise([], JOURNEY, SUNDAY, compared)

    assert told.lines[1] == "Loop in basket: 40% of 100; a week before nobody"


def test_however_much_happened_it_is_one_message() -> None:
    compared = seen(**{f"detector_{number}__basket": (number, 100, 10) for number in range(50)})

    told = summarise([incident()] * 60, JOURNEY, WEEK, compared)

    assert f"and {60 - MOST_INCIDENTS} more" in told.lines
    assert len(told.lines) < MOST_BLOCKS - 5


def test_the_same_days_in_full_are_a_click_away() -> None:
    links = dict(asked_of(SUNDAY, JOURNEY, "https://desire.example/"))

    assert links["Jobs"] == (
        "https://desire.example/v1/jobs?from=2026-01-03T23:00:00Z&to=2026-01-04T23:00:00Z"
        "&tz=Europe/Berlin&compare=previous"
    )
