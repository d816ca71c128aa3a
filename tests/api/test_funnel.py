"""Funnels: against a reference that tries every chain, and the edge cases by name."""

from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.funnel_reference import Funnel, entered
from tests.api.shop import DAY, JOURNEY, fill, session, text

PLACES = ["browse", "basket", "checkout", "checkout.address", "checkout.payment", "bought"]
LONG_AGO = text(-1000 * DAY)


def counts(answer: Any) -> list[int]:
    return [step["entered"] for step in answer["steps"]]


ways = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(0, 30), st.integers(0, 15)), min_size=1, max_size=7
)  # place, tenths of a second since the run before, tenths it lasts


def told(way: list[tuple[str, int, int]], start: float) -> str:
    """The way as `session` reads it; two runs of one place in a row would be one run."""
    runs, now = [], start
    for place, steps in groupby(way, key=lambda run: run[0]):
        for _, gap, length in list(steps)[:1]:
            runs.append(f"{now + gap / 10:.1f}-{now + (gap + length) / 10:.1f} {place}")
            now += (gap + length) / 10
    return ", ".join(runs)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_funnel_counts_what_the_reference_counts(store: Store, ask: Ask, data: st.DataObject) -> None:
    order = data.draw(st.sampled_from(["ordered", "strict", "any"]))
    flat = ["browse", "basket", "checkout.address", "checkout.payment", "bought"]
    steps = data.draw(st.lists(st.sampled_from(flat if order == "strict" else PLACES), unique=True, min_size=1))
    by_person = data.draw(st.booleans())
    same_second = data.draw(st.sampled_from(["either", "event_id"]))
    window = data.draw(st.sampled_from([500, 1_000, 2_500, 10_000, 1_000_000]))
    people = data.draw(st.lists(st.lists(ways, min_size=1, max_size=2), min_size=1, max_size=6))
    units = as_units(people, by_person)
    forget_sessions(store)
    fill(store, [row for unit in units for row in unit])

    answer = ask(
        "/v1/funnel", steps=",".join(steps), order=order, unit="person" if by_person else "session",
        window=f"{window}ms", same_second=same_second, from_=LONG_AGO, to=text(DAY * 900),
    )  # fmt: skip

    tolerance = 1_000 if (order, same_second) == ("ordered", "either") else 0
    assert counts(answer) == entered(Funnel(steps, order, window, tolerance), units)


def as_units(people: list[list[list[tuple[str, int, int]]]], by_person: bool) -> list[list[SessionRow]]:
    """Sessions by unit: a person's lie an hour apart."""
    sessions = [
        [session(told(way, hour * 3600.0), visitor=f"v{number}") for hour, way in enumerate(person)]
        for number, person in enumerate(people)
    ]
    return sessions if by_person else [[row] for rows in sessions for row in rows]


def forget_sessions(store: Store) -> None:
    """Hypothesis tries many shops within one test."""
    client = store.address.connect(store.address.database, {})
    client.command("TRUNCATE TABLE sessions")
    client.close()
