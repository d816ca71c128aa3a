"""What a digest says of a day or a week."""

from services.core.spikes.baseline import Window
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell
from services.core.spikes.digest import MOST_INCIDENTS, Compared, summarise
from services.edges.slack import MOST_BLOCKS
from tests.core.spikes.test_telling import HOUR, JOURNEY, incident


def seen(affected: int, of: int, before: int = 10) -> Compared:
    return Compared(Window(of, affected), Window(of, before))


def test_what_goes_on_comes_first_and_what_recovered_after_it() -> None:
    over = incident(stage="basket", state="recovered", recovered=HOUR + 1)

    told = summarise([over, incident()], JOURNEY, 7, {})

    assert told.sentence == "2 incident(s) in the last 7 days, 1 of them still going on."
    assert [line.partition(":")[0] for line in told.lines] == ["going on", "over"]


def test_the_friction_that_held_up_most_comes_first_beside_the_week_before() -> None:
    compared = {
        Cell("loop", "basket"): seen(40, 100),
        Cell("rage_click", "checkout"): seen(90, 300, before=30),
        Cell("dead_click", "checkout"): seen(0, 300),
    }

    told = summarise([], JOURNEY, 1, compared)

    assert told.lines == (
        "Rage click in checkout: 30% of 300; a week before 10% of 300",
        "Loop in basket: 40% of 100; a week before 10% of 100",
    )


def test_stages_and_jobs_are_told_by_those_who_went_on_and_were_done() -> None:
    journey = JOURNEY.model_copy(
        update={"alerts": JOURNEY.alerts.model_validate({"objectives": [{"job": "gift", "success": 0.6}]})}
    )
    compared = {Cell(NOT_GOING_ON, journey.stages[0].name): seen(20, 100), Cell(JOB_SUCCESS, "", "gift"): seen(50, 100)}

    told = summarise([], journey, 1, compared)

    assert told.lines == (
        f"Went on from {journey.stages[0].name}: 80% of 100; a week before 90% of 100",
        "Gift done: 50% of 100; a week before 90% of 100; objective 60%",
    )


def test_however_much_happened_it_is_one_message() -> None:
    compared = {Cell(f"detector_{number}", "basket"): seen(number, 100) for number in range(50)}

    told = summarise([incident()] * 60, JOURNEY, 7, compared)

    assert f"and {60 - MOST_INCIDENTS} more" in told.lines
    assert len(told.lines) < MOST_BLOCKS - 5
