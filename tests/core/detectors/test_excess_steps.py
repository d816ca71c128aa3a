"""Excess steps: many more moves to a stage than it needs."""

from typing import Any

from tests.core.build import SHOP, found, shop

AROUND = [f"{20 + turn * 10} page /checkout/{'payment' if turn % 2 else 'address'}" for turn in range(12)]
SPEAKS = ["0 view", "5 add", "10 checkout", *AROUND, "200 buy"]
SILENT = ["0 page /", "1 view /list", *[f"{5 + n} view /p/{n}" for n in range(30)], "50 add /p/1", "60 checkout"]


def stages(**changes: Any) -> list[dict[str, Any]]:
    return [{**stage, **changes} if stage["name"] == "bought" else stage for stage in SHOP["stages"]]


def test_more_than_twice_the_shortest_way_is_too_long() -> None:
    (row,) = found("excess_steps", *SPEAKS)

    # browse, basket, checkout, twelve steps, bought; the shortest way takes two of the twelve.
    assert (row.stage, row.cost_steps, row.cause) == ("bought", 10, "16 moves where 6 are enough")


def test_twice_the_shortest_way_is_not() -> None:
    assert not found("excess_steps", "0 view", "5 add", "10 checkout", *AROUND[:8], "200 buy")


def test_looking_around_counts_once_however_long() -> None:
    assert not found("excess_steps", *SILENT)


def test_so_does_coming_back_to_it() -> None:
    shopping = [f"{n} {'add' if n % 2 else 'view'}" for n in range(40)]

    assert not found("excess_steps", *shopping, "50 checkout")


def test_pages_that_are_no_steps_count_as_moves() -> None:
    pages = [f"{20 + n} page /checkout/more/{n}" for n in range(12)]

    (row,) = found("excess_steps", "0 checkout", *pages, "40 buy")

    assert row.cause == "14 moves where 6 are enough"


def test_pages_before_the_first_stage_do_not_count() -> None:
    assert not found("excess_steps", *[f"{n} page /news/{n}" for n in range(20)], "30 checkout")


def test_a_page_and_the_step_it_is_are_one_move() -> None:
    lines = ["0 checkout", *[f"{n} page /checkout/address" for n in range(1, 20)], "30 buy"]

    assert not found("excess_steps", *lines)


def test_the_journey_file_sets_the_shortest_way_to_a_stage() -> None:
    lines = ["0 view", "5 add", "10 checkout", *AROUND[:2], "200 buy"]

    assert not found("excess_steps", *lines)
    (row,) = found("excess_steps", *lines, journey=shop(stages=stages(shortest_path=2)))
    assert row.cost_steps == 4


def test_a_job_has_a_shortest_way_to_its_outcome() -> None:
    job = {
        "name": "refill",
        "when": "it is empty",
        "want": "have it again",
        "so_that": "I need not think of it",
        "evidence": [{"match": {"event": "add"}, "weight": 5}],
        "outcome": {"event": "buy"},
        "shortest_path": 2,
    }

    (row,) = found("excess_steps", "0 add", "10 checkout", *AROUND[:2], "200 buy", journey=shop(jobs=[job]))

    assert (row.job, row.cost_steps) == ("refill", 3)


def test_the_journey_file_sets_the_factor() -> None:
    lines = ["0 view", "5 add", "10 checkout", *AROUND[:4], "200 buy"]

    assert found("excess_steps", *lines, journey=shop(friction={"excess_steps": {"factor": 1.2}}))


def test_one_move_more_than_twice_a_long_way_is_too_long() -> None:
    journey = shop(stages=stages(shortest_path=10))

    def moves(number: int) -> list[str]:
        return ["0 checkout", *(f"{at} page /{at}" for at in range(1, number - 1)), "900 buy"]

    assert not found("excess_steps", *moves(20), journey=journey)
    assert [row.stage for row in found("excess_steps", *moves(21), journey=journey)] == ["bought"]
