"""Funnels of very many people, those followed as one who fare alike: never other than where each is followed alone."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.api import funnel_shape
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, session, text
from tests.api.test_funnel import PLACES, forget_sessions

PERIOD = {"from_": text(DAY), "to": text(3 * DAY)}
STARTS = [DAY * day for day in (0.5, 1, 1.5, 2.9, 3, 4)] + [DAY - 2, DAY + 30, 1.5 * DAY + 5, 2 * DAY - 3, 3 * DAY - 1]
"""Seconds at about which sessions begin: before, in and after the period, and across its ends and those of a day."""
STEPS = ["browse,basket,bought", "browse,checkout,checkout.payment,bought", "basket,browse", "checkout.address,bought"]
SHAPES: list[dict[str, Any]] = [
    {},
    {"order": "any"},
    {"order": "strict", "steps": "browse,basket,bought"},
    {"same_second": "event_id"},
    {"steps": "browse,basket,bought", "optional": "basket"},
    {"steps": "browse,bought", "exclude": "basket"},
    {"steps": "browse,basket,bought", "step_windows": "basket:1h,bought:12h"},
    {"steps": "browse,basket,bought", "step_windows": "bought:5s", "optional": "basket", "exclude": "checkout"},
    {"breakdown": "job"},
    {"breakdown": "device", "attribution": "last"},
    {"breakdown": "job", "attribution": "step", "order": "any"},
    {"trend": "day"},
    {"trend": "hour", "tz": "Asia/Kathmandu"},
    {"device": "mobile"},
    {"breakdown": "property", "property": "color"},
]  # fmt: skip


def drawn_people(dice: Random, many: int) -> list[SessionRow]:
    """Sessions of people on several devices, some shared, known from some time on; now and then two at once."""
    return [drawn_session(dice) for _ in range(many)]


def drawn_session(dice: Random) -> SessionRow:
    now, runs = dice.choice(STARTS) + dice.choice([0, 0, 0.4, 1, 3600, 40_000]), []
    by_chance = dice.choices(PLACES, weights=[5, 4, 1, 2, 2, 2], k=dice.randint(1, 4))
    for place in dice.choice([["browse"], ["browse", "basket"], ["checkout.payment", "bought"], by_chance]):
        ended = now + dice.choice([0, 0, 0.3, 2])
        runs.append(f"{now:.1f}-{ended:.1f} {place}")
        now = ended + dice.choice([0, 0.5, 0.9, 1, 7, 2_000])
    who = dice.randint(0, 69)
    return session(
        ", ".join(runs),
        visitor=f"w{who}",
        user=f"u{dice.choice([who // 3, who // 3, 9])}" if who < 9 and dice.random() < 0.4 else "",
        job=dice.choice(["gift", "replace"]),
        device=dice.choice(["mobile", "tablet", ""]),
    )


def a_window(dice: Random, rows: list[SessionRow]) -> str:
    """A round one, or about as long as it is from one act of somebody to another, or to the newest there is."""
    who = dice.choice(rows).visitor
    acts = [at for row in rows if row.visitor == who for at in (*row.path_started_at, *row.path_ended_at)]
    newest = max(row.ended_at for row in rows)
    longest = abs(dice.choice([*acts, newest]) - dice.choice(acts)) + dice.choice([-1, 0, 1])
    return dice.choice(["14d", "2d", "90m", *[f"{max(longest, 1)}ms"] * 5])


def later(way: str, seconds: float, visitor: str) -> SessionRow:
    runs = [run.split() for run in way.split(", ")]
    return session(", ".join(f"{float(at) + seconds} {place}" for at, place in runs), visitor=visitor)


def told(answer: Any) -> Any:
    return {name: answer[name] for name in ("steps", "overall", "breakdown", "trend")}


def without_times(answer: Any) -> Any:
    """What is counted of an answer."""
    if isinstance(answer, dict):
        return {name: without_times(one) for name, one in answer.items() if name != "seconds"}
    return [without_times(one) for one in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), steps=st.sampled_from(STEPS))
def test_people_followed_as_one_are_counted_and_timed_as_if_each_were_alone(
    store: Store, ask: Ask, shape: dict[str, Any], seed: int, steps: str
) -> None:
    forget_sessions(store)
    dice = Random(seed)
    fill(store, people := drawn_people(dice, 120))
    asked = {"steps": steps, "window": a_window(dice, people), **PERIOD, **shape}

    tell_alike(ask, len(people), asked)


def tell_alike(ask: Ask, sessions: int, asked: dict[str, Any]) -> None:
    """A funnel of people is the same where each is followed alone."""
    alone = told(ask("/v1/funnel", unit="person", **asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(funnel_shape, "MOST_TIMED", sessions * (1 - 2**-40))
        alike = told(ask("/v1/funnel", unit="person", **asked))
        patch.setattr(funnel_shape, "MOST_TIMED", 0)
        untimed = told(ask("/v1/funnel", unit="person", **asked))

    assert alike == alone
    assert without_times(untimed) == without_times(alone)


@pytest.mark.parametrize(
    ("window", "shape"),
    [
        ("14d", {"trend": "day"}),
        ("104h", {}),
        ("90m", {}),
        ("90m", {"order": "any"}),
        ("5395s", {}),
        ("1h", {"exclude": "checkout"}),
    ],
    ids=str,
)
def test_people_who_did_the_same_at_other_times_fare_as_these_tell(
    store: Store, ask: Ask, shape: dict[str, Any], window: str
) -> None:
    pauses = [600, 5_390, 5_400, 5_401, DAY, 2.2 * DAY]
    ways = [("0 browse, 9 checkout", "0 basket"), ("0 checkout, 9 browse", "0 basket, 5 checkout")]
    people = [
        later(way, 4_300 * n + at * pauses[n % 6], f"p{n}")
        for n in range(84)
        for at, way in enumerate(ways[n // 6 % 2])
    ]
    # Like nobody, and just within the window of 90 minutes.
    people += [later(way, 100_000, "alone") for way in ("0 basket", "3600 browse", "9000 basket")]
    fill(store, people)

    tell_alike(ask, len(people), {"steps": "browse,basket", "window": window, **PERIOD, **shape})


def test_where_nobody_comes_to_any_step_nobody_entered(store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, [session("0 browse"), session("5 browse, 9 basket", visitor="anna")])
    monkeypatch.setattr(funnel_shape, "MOST_TIMED", 1)

    answers = [
        ask("/v1/funnel", unit="person", **asked)
        for asked in ({"steps": "checkout,bought"}, {"steps": "browse,basket", "device": "tv"})
    ]

    assert [[step["entered"] for step in one["steps"]] for one in answers] == [[0, 0], [0, 0]]


def test_of_very_many_people_a_share_is_timed_and_all_are_counted(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, [session("0 browse", visitor=f"p{n}") for n in range(200)])
    fill(store, [session("3600 basket", visitor=f"p{n}", user=f"u{n}") for n in range(200)])
    monkeypatch.setattr(funnel_shape, "MOST_TIMED", 100)

    first = ask("/v1/funnel", unit="person", steps="browse,basket")["steps"][0]

    assert (first["entered"], first["converted"], first["seconds"]["median"]) == (200, 200, 3600)
    assert 20 < first["seconds"]["timed"] < 80
