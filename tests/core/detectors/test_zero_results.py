"""Zero results: searching and not finding."""

import pytest

from tests.core.build import found, shop

SPEAKS = ["0 search /search search_term=boots results=0", "9 search /search search_term='red boots' results=4"]
SILENT = ["0 search search_term=boots results=4", "9 search search_term='red boots' results=2", "15 view_item /p/1"]


def test_a_search_without_results_is_found() -> None:
    (row,) = found("zero_results", *SPEAKS)

    assert (row.page, row.cause, row.cost_steps) == ("/search", 'nothing found for "boots"', 1)


def test_a_search_that_is_opened_is_not() -> None:
    assert not found("zero_results", *SILENT)


def test_three_refinements_without_opening_anything_are_found() -> None:
    queries = [f"{n * 10} search search_term=boots{n}" for n in range(4)]

    assert not found("zero_results", *queries[:3])
    (row,) = found("zero_results", *queries)
    assert (row.cause, row.cost_steps, row.cost_seconds) == ("refined 3 times", 3, 30.0)


def test_an_opened_result_ends_the_search() -> None:
    queries = [f"{n * 10} search search_term=boots{n}" for n in range(6)]

    assert not found("zero_results", *queries[:3], "25 view_item", *queries[3:])


def test_so_does_coming_to_a_further_stage() -> None:
    queries = [f"{n * 10} search search_term=boots{n}" for n in range(6)]

    assert not found("zero_results", "0 view", *queries[:3], "25 add", *queries[3:])


def test_both_of_ga4s_events_for_one_search_are_one() -> None:
    lines = [f"{n}.{m} {name} search_term=Boots{n // 2}" for n in range(6) for m, name in
             enumerate(("search", "view_search_results"))]  # fmt: skip

    assert not found("zero_results", *lines)


@pytest.mark.parametrize("count", ["results=0", "results_count='0'", "number_of_results=0.0", "results=[]"])
def test_clients_say_zero_in_many_ways(count: str) -> None:
    assert found("zero_results", f"0 'Products Searched' query=boots {count}")


@pytest.mark.parametrize("count", ["results=3", "results=false", "results=none", "hits=0"])
def test_what_is_no_zero_is_none(count: str) -> None:
    assert not found("zero_results", f"0 'Products Searched' query=boots {count}")


def test_the_journey_file_names_other_events_and_properties() -> None:
    settings = {"searches": "suche", "counts": "treffer", "queries": "wort"}

    (row,) = found("zero_results", "0 suche wort=Stiefel treffer=0", journey=shop(friction={"zero_results": settings}))

    assert row.cause == 'nothing found for "stiefel"'


def test_a_further_step_of_the_same_stage_is_nothing_found() -> None:
    searches = [f"{at} search search_term={word}" for at, word in ((1, "a"), (3, "b"), (5, "c"), (7, "d"))]
    steps = ["2 page /checkout/address", "4 page /checkout/payment"]

    assert found("zero_results", "0 checkout", *sorted([*searches, *steps]))
