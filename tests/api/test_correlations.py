"""What separates those who went on from those who did not: only what was there before."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api import shop
from tests.api.conftest import Ask
from tests.api.said import forget, say
from tests.api.shop import DAY, fill, finding, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(20 * DAY)}


def factors(answer: Any) -> dict[tuple[str, str], Any]:
    return {(one["kind"], one["value"]): one for one in answer["factors"]}


def test_what_was_there_before_going_on_is_a_factor_and_what_came_after_is_not(store: Store, ask: Ask) -> None:
    went = [session("0 browse, 9 basket, 60 checkout") for _ in range(100)]
    stayed = [session("0 basket") for _ in range(100)]
    fill(store, went + stayed, [
        *[finding(row, "rage_click", "basket", 20) for row in went[:10] + stayed[:60]],
        *[finding(row, "slow_page", "checkout", 70) for row in went[:50]],
    ])  # fmt: skip
    say(store, went[:80] + stayed[:20], "Size Guide Opened", after_ms=0)
    say(store, went, "Checkout Started", after_ms=60_000)

    answer = ask("/v1/correlations", at="basket", **ALL_TIME)

    found = factors(answer)
    assert (answer["sessions"], answer["went_on"]["share"]) == (200, 0.5)
    rage = found["finding", "rage_click@basket"]
    assert (rage["sessions"], rage["share"]["share"], rage["others"]["share"]) == (70, 10 / 70, 90 / 130)
    assert rage["odds_ratio"]["high"] < 1
    assert rage["stands"] is True
    assert found["event", "Size Guide Opened"]["share"]["share"] == 0.8
    assert found["place", "browse"]["share"]["share"] == 1.0
    assert ("finding", "slow_page@checkout") not in found
    assert ("event", "Checkout Started") not in found


def test_the_goal_may_be_any_place_and_events_may_be_left_out(store: Store, ask: Ask) -> None:
    rows = [session("0 browse, 9 basket" + (", 20 bought" if n < 40 else "")) for n in range(80)]
    fill(store, rows)
    say(store, rows[:40], "Search", after_ms=0)

    answer = ask("/v1/correlations", at="browse", goal="bought", events="false", **ALL_TIME)

    assert (answer["went_on"]["share"], answer["followed"]) == (0.5, 0)
    assert ("event", "Search") not in factors(answer)


def test_of_very_many_sessions_the_events_of_a_share_of_all_visitors_are_told(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    went = [session("0 browse, 60 basket", visitor=f"went{n}") for n in range(200)]
    stayed = [session("0 browse", visitor=f"stayed{n}") for n in range(200)]
    fill(store, went + stayed)
    say(store, went[:150] + stayed[:50], "Size Guide Opened", after_ms=0)
    monkeypatch.setattr("services.api.share_of_visitors.MOST_FOLLOWED", 200)

    answer = ask("/v1/correlations", at="browse", **ALL_TIME)

    sessions, told = followed(store, went + stayed), followed(store, went[:150] + stayed[:50])
    event = factors(answer)["event", "Size Guide Opened"]
    assert 120 < sessions < 280
    assert (answer["sessions"], answer["followed"]) == (400, sessions)
    assert event["sessions"] == told
    assert event["share"]["share"] == followed(store, went[:150]) / told
    assert event["others"]["share"] == followed(store, went[150:]) / (sessions - told)


def followed(store: Store, rows: list[SessionRow]) -> int:
    """How many of these are of a visitor of the first half."""
    among = "SELECT countIf(cityHash64(visitor) < pow(2, 63)) AS n FROM sessions WHERE has({ids:Array(String)}, id)"
    return int(store.query(among, {"ids": [row.id for row in rows]})[0]["n"])


def test_a_place_that_the_journey_does_not_have_is_refused_with_those_it_has(client: Any, store: Store) -> None:
    fill(store, [])

    response = client.get("/v1/correlations?at=nowhere", headers={"Authorization": "Bearer rk_shop"})

    assert response.status_code == 422
    assert "checkout.payment" in response.json()["detail"]
    assert response.json()["errors"][0]["pointer"] == "/query/at"


WALKS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["browse", "basket", "checkout.payment", "bought"]), max_size=5), st.integers(0, 60)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walks=WALKS)
def test_any_sessions_give_what_looking_at_each_gives(
    store: Store, ask: Ask, walks: list[tuple[list[str], int]]
) -> None:
    forget(store, "sessions", "findings")
    kinds = [(session(", ".join(f"{n * 10} {p}" for n, p in enumerate(way))), at) for way, at in walks]
    rows = [(copied(row), at) for row, at in kinds for _ in range(35)]
    fill(store, [row for row, _ in rows], [finding(row, "loop", "basket", at) for row, at in rows])

    found = factors(ask("/v1/correlations", at="basket", **ALL_TIME))

    came = [(row, at, went_on(row)) for row, at in rows if "basket" in row.path_stage]
    loops = [moved for row, at, moved in came if moved is None or shop.moment(at) < moved]
    told = found.get(("finding", "loop@basket"))
    if min(len(loops), len(came) - len(loops)) >= 30:
        assert told is not None
        assert told["sessions"] == len(loops)
        assert told["share"]["share"] == sum(moved is not None for moved in loops) / len(loops)
    else:
        assert told is None


def copied(row: SessionRow) -> SessionRow:
    return session("", **{name: getattr(row, name) for name in ("path_stage", "path_step", "path_started_at",
        "path_ended_at", "path_event", "started_at", "ended_at", "stage")})  # fmt: skip


def went_on(row: SessionRow) -> int | None:
    """When a later stage than the basket was entered after it first was."""
    entry = row.path_stage.index("basket")
    later = [
        row.path_started_at[n] for n in range(entry, len(row.path_stage)) if row.path_stage[n] in {"checkout", "bought"}
    ]
    return min(later, default=None)
