"""When a rate counts as a spike, and when it must not."""

from random import Random

from services.core.spikes.baseline import Window
from services.core.spikes.cell import Cell
from services.core.spikes.judgement import Demand, judge
from tests.core.spikes.build import NOW, calm, cells, with_rates

USUAL = Demand()


def told(demand: Demand = USUAL, **series: dict[int, Window]) -> list[tuple[Cell, int]]:
    return [(spike.cell, spike.began) for spike in judge(cells(**series), NOW, demand)]


def test_calm_hours_are_no_spike() -> None:
    assert told(rage_click__checkout=calm(), loop__browse=calm(seed=2)) == []


def test_two_windows_that_stand_out_are_a_spike_since_the_first() -> None:
    series = with_rates(calm(), 0.2, 0.3, 0.3)

    assert told(rage_click__checkout=series) == [(Cell("rage_click", "checkout"), NOW - 1)]


def test_one_window_that_stands_out_is_not_enough() -> None:
    assert told(rage_click__checkout=with_rates(calm(), 0.2, 0.2, 0.3)) == []


def test_two_of_three_are_enough() -> None:
    assert told(rage_click__checkout=with_rates(calm(), 0.3, 0.2, 0.3)) == [(Cell("rage_click", "checkout"), NOW - 2)]


def test_two_windows_in_a_row_are_enough_where_only_both_together_stand_out() -> None:
    series = with_rates(calm(), 0.2, 0.27, 0.27)

    alone, as_one = Demand(false_share=1e-3, false_pairs=0.0), Demand(false_share=1e-3)

    assert told(alone, rage_click__checkout=series) == []
    assert told(as_one, rage_click__checkout=series) == [(Cell("rage_click", "checkout"), NOW - 1)]


def test_one_window_that_stands_out_beside_one_below_what_is_usual_is_not_two_in_a_row() -> None:
    assert told(rage_click__checkout=with_rates(calm(), 0.2, 0.31, 0.19)) == []
    assert told(rage_click__checkout=with_rates(calm(), 0.2, 0.19, 0.29)) == []


def test_one_window_too_far_off_to_be_chance_is_enough() -> None:
    assert told(rage_click__checkout=with_rates(calm(), 0.2, 0.2, 0.5)) == [(Cell("rage_click", "checkout"), NOW)]


def test_what_is_over_is_no_spike_any_more() -> None:
    assert told(rage_click__checkout=with_rates(calm(), 0.4, 0.4, 0.2)) == []


def test_fewer_than_thirty_exposed_say_nothing() -> None:
    series = with_rates(calm(exposed=29), 1.0, 1.0, 1.0)

    assert told(rage_click__checkout=series) == []


def test_fewer_than_five_more_than_usual_are_not_worth_a_message() -> None:
    series = with_rates(calm(rate=0.0, exposed=400), 0.01, 0.01, 0.01)

    assert told(rage_click__checkout=series) == []
    assert told(Demand(least_excess=3), rage_click__checkout=series) != []


def test_downwards_counts_only_where_asked_for() -> None:
    series = with_rates(calm(), 0.05, 0.05, 0.05)

    assert told(rage_click__checkout=series) == []
    assert told(Demand(direction="down"), rage_click__checkout=series) != []
    assert told(Demand(direction="both"), rage_click__checkout=series) != []


def test_among_many_cells_chance_must_do_more_to_count() -> None:
    draw = Random(7)
    unlikely = with_rates(calm(), 0.2, 0.265, 0.265)
    others = {f"d{number}__s{number}": calm(rate=draw.random() / 2, seed=number) for number in range(200)}

    assert told(Demand(false_share=0.2), odd__one=unlikely) != []
    assert told(Demand(false_share=0.2), odd__one=unlikely, **others) == []
