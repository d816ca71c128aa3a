"""Any shop at all: what questions answer of it, against going through its sessions one by one.

One shop is asked many questions, since it is drawing and storing it that takes long.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, false_discovery_control
from scipy.stats.contingency import chi2_contingency

from services.edges.clickhouse import Store
from tests.api import questions_reference as reference
from tests.api.conftest import Ask, Client
from tests.api.questions_reference import Period, is_near
from tests.api.random_shop import random_shop
from tests.api.shop import DAY, moment, text

BEGINS, ENDS = 5 * DAY, 35 * DAY
SPAN = {"from_": text(BEGINS), "to": text(ENDS)}
NOTED = {"kind": "release", "at": text(20 * DAY + 3_600), "title": "2.4"}
ACTS = 2

Check = Callable[[Ask, Period], None]


def circumstances(ask: Ask, period: Period) -> None:
    told = {
        (job["job"], what, one["kind"], one["value"]): one
        for job in ask("/v1/circumstances", limit=500, **SPAN)["jobs"]
        for what in ("arises", "done")
        for one in job[what]
    }
    expected = reference.circumstances(period)
    assert told.keys() == expected.keys()
    for key, (under, happened, others, happened_there, ratio) in expected.items():
        one = told[key]
        assert one["sessions"] == under
        assert is_near(one["share"]["share"], happened / under), key
        assert is_near(one["others"]["share"], happened_there / others), key
        assert is_near(one["odds_ratio"]["ratio"], ratio), key
        assert is_near(one["p"], p_by_scipy((happened, under), (happened_there, others))), key
    kept = false_discovery_control([told[key]["p"] for key in expected]) if expected else []
    assert [told[key]["stands"] for key in expected] == [one <= 0.05 for one in kept]


def correlations(ask: Ask, period: Period) -> None:
    """The p of each factor is scipy's, of the counts that the answer itself tells."""
    told = ask("/v1/correlations", limit=500, **SPAN)
    for one in told["factors"]:
        others = told["followed" if one["kind"] == "event" else "sessions"] - one["sessions"]
        went_on = round(one["share"]["share"] * one["sessions"]), round(one["others"]["share"] * others)
        assert is_near(one["p"], p_by_scipy((went_on[0], one["sessions"]), (went_on[1], others))), one
    kept = false_discovery_control([one["p"] for one in told["factors"]]) if told["factors"] else []
    assert [one["stands"] for one in told["factors"]] == [one <= 0.05 for one in kept]


def p_by_scipy(*groups: tuple[int, int]) -> float:
    """The chi-square test's, with N - 1 in place of N."""
    units, happened = sum(n for _, n in groups), sum(k for k, _ in groups)
    if happened in {0, units}:
        return 1.0
    statistic = chi2_contingency([[k, n - k] for k, n in groups], correction=False).statistic
    return float(chi2.sf(statistic * (units - 1) / units, df=1))


def versions(ask: Ask, period: Period) -> None:
    told = ask("/v1/versions", **SPAN)["versions"]
    expected = reference.versions(period)
    assert {one["version"]: version(one) for one in told} == expected
    assert [one["version"] for one in told] == sorted(expected, key=lambda one: expected[one][2], reverse=True)


def version(one: Any) -> reference.Version:
    return (
        one["sessions"],
        datetime.fromisoformat(one["first_at"]),
        datetime.fromisoformat(one["last_at"]),
        round(one["assigned"]["share"] * one["sessions"]),
        round(one["done"]["share"] * one["sessions"]),
        {job["name"]: job["sessions"] for job in one["jobs"]},
        {stage["name"]: stage["sessions"] for stage in one["stages"]},
    )


def segments(ask: Ask, period: Period) -> None:
    told = ask("/v1/segments", limit=500, **SPAN)
    expected = reference.customers(period)
    assert told["customers"] == len(expected)
    assert {one["name"]: one["customers"] for one in told["segments"]} == {
        name: sum(one[0] == name for one in expected.values()) for name in {one[0] for one in expected.values()}
    }
    assert {one["person"]: scored(one) for one in told["to_interview"]} == {
        who: one for who, one in expected.items() if one[7] and max(one[2], one[3]) >= 4
    }
    assert {one["person"] for one in told["to_survey"]} == reference.to_survey(period)
    for one in told["newcomers"]:
        these = [row for row in period.sessions if period.is_returning(row) == (one["visitors"] == "returning")]
        assert (one["sessions"], one["people"]) == (len(these), len({row.visitor for row in these}))
        assert is_near(one["done"]["share"], sum(map(reference.is_done, these)) / len(these))


def scored(one: Any) -> reference.Scored:
    scores = one["recency"], one["frequency"], one["monetary"]
    return one["segment"], *scores, one["visits"], one["done"], one["worth"], one["unmet"]


def journey_map(ask: Ask, period: Period) -> None:
    told = ask("/v1/journey-map", limit=1000, **SPAN)
    sizes = {job: sum(one.job == job for one in period.sessions) for job in {one.job for one in period.sessions}}
    assert {one["row"]: one["sessions"] for one in told["map_rows"]} == sizes
    expected = reference.journey_map(period)
    assert {(one["row"], one["stage"], one["step"]) for one in told["cells"]} == expected.keys()
    for one in told["cells"]:
        sessions, over, done, seconds, moves, entries, affected, findings = expected[
            one["row"], one["stage"], one["step"]
        ]
        assert (one["sessions"], one["findings"]) == (sessions, findings), one
        assert is_near(one["reach"]["share"], sessions / sizes[one["row"]]), one
        assert is_near(one["success"] and one["success"]["share"], done / over if over else None), one
        assert is_near(one["median_seconds"], seconds), one
        assert is_near(one["median_moves"], moves), one
        assert is_near(one["entries"], entries), one
        assert is_near(one["friction"]["share"], affected / sessions), one


def drop_off_trails(ask: Ask, period: Period) -> None:
    expected = reference.trails(period, ACTS)
    for place in ask("/v1/drop-offs", acts=ACTS, limit=500, **SPAN)["places"]:
        counts = expected.get((place["stage"], place["step"]), Counter())
        told = {tuple(one["acts"]): one["sessions"] for one in place["trails"]}
        assert sorted(told.values()) == sorted(counts.values())[-5:], place
        assert told.items() <= counts.items(), place


def before_and_after(ask: Ask, period: Period) -> None:
    (note,) = ask("/v1/trends", metric="sessions", **SPAN)["notes"]
    before, after, rose = reference.around(period, datetime.fromisoformat(NOTED["at"]).date())
    for name, (sessions, done) in (("before", before), ("after", after)):
        assert is_near(note[name] and note[name]["share"], done / sessions if sessions else None)
    assert is_near(note["rose_by"] and note["rose_by"]["estimate"], rose)


def windows_of_clickhouse(ask: Ask, period: Period) -> None:
    """Acts of one name lie seconds apart, and none begins a way at the moment of another: then both mean the same."""
    for steps, window in ((["a", "b"], "1h"), (["a", "b", "c"], "10d"), (["b", "d"], "5m")):
        asked = {"step": steps, "window": window, "unit": "person", **SPAN}
        quick = ask("/v1/funnel/events", counts_only=True, **asked)
        exact = ask("/v1/funnel/events", same_second="event_id", **asked)
        assert [one["entered"] for one in quick["steps"]] == [one["entered"] for one in exact["steps"]], asked


CHECKS: list[Check] = [
    circumstances, correlations, versions, segments, journey_map, drop_off_trails, before_and_after,
    windows_of_clickhouse,
]  # fmt: skip


@pytest.mark.usefixtures("store")
@example(number=0, size=125)  # open sessions that got done already: how many moves they will have taken is not known
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 1_000_000), size=st.integers(2, 300))
def test_any_shop_is_told_of_as_going_through_its_sessions_shows(
    store: Store, client: Client, ask: Ask, number: int, size: int
) -> None:
    shop = random_shop(number, size)
    shop.put(store)
    client.post("/v1/annotations", json=NOTED, headers={"Authorization": "Bearer ak_shop"})
    period = Period(shop, moment(BEGINS), moment(ENDS))

    for check in CHECKS:
        check(ask, period)
