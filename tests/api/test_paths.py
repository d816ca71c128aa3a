"""Paths: what follows what, and how far along each way sessions got done."""

from collections import Counter, defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.said import forget, say
from tests.api.shop import DAY, fill, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(DAY)}
PLACES = ["browse", "basket", "checkout", "checkout.payment", "bought"]


def links(answer: Any) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {
        (one["source"], one["target"]): (one["times"], one["sessions"], one["converted"]) for one in answer["follows"]
    }


def flows(answer: Any) -> dict[tuple[int, str, str], int]:
    return {(one["position"], one["source"], one["target"]): one["sessions"] for one in answer["flows"]}


def test_what_follows_what_is_counted_with_the_seconds_between(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 browse, 10 basket, 30 browse, 40 basket, 70 bought"),
        session("0 browse, 30 basket"),
    ])  # fmt: skip

    answer = ask("/v1/paths", **ALL_TIME)

    assert links(answer) == {
        ("", "browse"): (2, 2, 1), ("browse", "basket"): (3, 2, 1), ("basket", "browse"): (1, 1, 1),
        ("basket", "bought"): (1, 1, 1), ("bought", ""): (1, 1, 1), ("basket", ""): (1, 1, 0),
    }  # fmt: skip
    between = {(one["source"], one["target"]): one["median_seconds"] for one in answer["follows"]}
    assert (between["browse", "basket"], between["", "browse"]) == (10, None)


def test_flows_before_and_after_a_step_are_told_by_its_first_time(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 browse, 10 basket, 20 checkout, 30 basket, 40 bought"),
        session("0 basket, 9 checkout"),
        session("0 browse"),
    ])  # fmt: skip

    after = flows(ask("/v1/paths", around="basket", depth=2, **ALL_TIME))
    before = flows(ask("/v1/paths", around="checkout", side="before", depth=2, **ALL_TIME))

    assert after == {(0, "basket", "checkout"): 2, (1, "checkout", "basket"): 1, (1, "checkout", ""): 1}
    assert before == {(-1, "basket", "checkout"): 2, (-2, "browse", "basket"): 1}


def test_paths_may_be_made_of_events(store: Store, ask: Ask) -> None:
    rows = [session("0 browse, 60 bought")]
    fill(store, rows)
    for number, name in enumerate(["Search", "Open", "Open", "Buy"]):
        say(store, rows, name, after_ms=number * 1000)

    answer = ask("/v1/paths", of="events", **ALL_TIME)

    assert set(links(answer)) == {("", "Search"), ("Search", "Open"), ("Open", "Buy"), ("Buy", "")}


def test_that_there_are_no_pages_says_nothing_of_events(store: Store, ask: Ask) -> None:
    rows = [session("0 browse, 9 basket") for _ in range(40)]
    fill(store, rows)
    say(store, rows, "Product Added")

    follows = {of: ask("/v1/paths", of=of, **ALL_TIME)["follows"] for of in ("pages", "events")}

    assert [len(follows[of]) for of in follows] == [0, 2]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=st.lists(st.lists(st.sampled_from(PLACES), max_size=6), max_size=12), depth=st.integers(1, 6))
def test_any_ways_give_what_walking_them_gives(store: Store, ask: Ask, ways: list[list[str]], depth: int) -> None:
    forget(store, "sessions")
    ways = [[place for n, place in enumerate(way) if n == 0 or place != way[n - 1]] for way in ways]
    fill(store, [session(", ".join(f"{n * 10} {place}" for n, place in enumerate(way))) for way in ways])

    answer = ask("/v1/paths", depth=depth, **ALL_TIME)

    assert links(answer) == followed(ways)
    assert flows(answer) == Counter(
        (n, place, [*way, ""][n + 1]) for way in ways for n, place in enumerate(way) if n < depth
    )


def followed(ways: list[list[str]]) -> dict[tuple[str, str], tuple[int, int, int]]:
    pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, way in enumerate(ways):
        for pair in zip(["", *way], [*way, ""], strict=True) if way else ():
            pairs[pair].append(number)
    return {
        pair: (len(by), len(set(by)), sum("bought" in ways[number] for number in set(by))) for pair, by in pairs.items()
    }
