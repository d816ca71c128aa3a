"""Conformance: which steps are skipped, repeated or taken out of order, and what that costs."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.said import forget
from tests.api.shop import DAY, fill, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(DAY)}
ORDER = ["browse", "basket", "checkout", "checkout.address", "checkout.payment", "bought"]


def told(answer: Any) -> dict[tuple[str, str], int]:
    return {(one["kind"], one["place"]): one["sessions"] for one in answer["deviations"]}


def test_skipped_repeated_and_inserted_are_told_apart(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 9 checkout.payment, 20 basket, 30 checkout.payment")])

    assert told(ask("/v1/conformance", **ALL_TIME)) == {
        ("skipped", "checkout"): 1, ("skipped", "checkout.address"): 1,
        ("inserted", "basket"): 1, ("repeated", "checkout.payment"): 1,
    }  # fmt: skip


def test_the_cost_is_weighed_among_sessions_with_the_same_job(store: Store, ask: Ask) -> None:
    # Skipping the address costs 20 points in each job; those who skip it are mostly those who buy anyway.
    for job, skipping, keeping, buys in (("replace", 160, 40, 0.6), ("gift", 40, 160, 0.2)):
        skipped = [
            "0 browse, 9 checkout.payment" + (", 99 bought" if n < skipping * buys else "") for n in range(skipping)
        ]
        kept = [
            "0 browse, 9 checkout.address, 20 checkout.payment" + (", 40 bought" if n < keeping * (buys + 0.2) else "")
            for n in range(keeping)
        ]
        fill(store, [session(way, job=job) for way in skipped + kept])

    deviations = ask("/v1/conformance", **ALL_TIME)["deviations"]

    (found,) = [one for one in deviations if (one["kind"], one["place"]) == ("skipped", "checkout.address")]
    assert found["share"]["share"] == 0.5
    assert found["cost"]["estimate"] == pytest.approx(0.2)
    assert found["stands"] is True
    assert found["extra_seconds"] == pytest.approx(59)


WAYS = st.lists(st.lists(st.sampled_from(ORDER), min_size=1, max_size=7), min_size=1, max_size=12)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS)
def test_any_ways_deviate_as_going_through_them_shows(store: Store, ask: Ask, ways: list[list[str]]) -> None:
    forget(store, "sessions")
    fill(store, [session(", ".join(f"{n * 10} {place}" for n, place in enumerate(way))) for way in ways])

    assert told(ask("/v1/conformance", **ALL_TIME)) == Counter(one for way in ways for one in deviations(way))


def deviations(way: list[str]) -> set[tuple[str, str]]:
    found = set()
    for number, place in enumerate(ORDER):
        later = [n for n, other in enumerate(way) if ORDER.index(other) > number]
        if place not in way:
            found |= {("skipped", place)} if later else set()
            continue
        if way.count(place) > 1:
            found.add(("repeated", place))
        if later and later[0] < way.index(place):
            found.add(("inserted", place))
    return found
