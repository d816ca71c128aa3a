"""Any shop at all: what pain points, drop-offs, correlations, conformance and paths tell of it, session by session."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from tests.api import factors_reference, pain_points_reference, ways_reference
from tests.api.conftest import Ask
from tests.api.questions_reference import Beside, Period, is_near
from tests.api.random_shop import RandomShop, random_shop
from tests.api.shop import DAY, moment, text

BEGINS, ENDS = 5 * DAY, 35 * DAY
SPAN = {"from_": text(BEGINS), "to": text(ENDS)}


def shop_with_places(number: int, size: int) -> RandomShop:
    """A random shop whose findings have pages, elements and costs, most of them at few places, so that they compare."""
    dice, drawn = Random(number), random_shop(number, size)
    for row in drawn.sessions:
        row.exit_page = dice.choice(["/", "/cart", "/pay"])
        row.browser, row.os = dice.choice(["Firefox", "Safari"]), dice.choice(["iOS", ""])
        row.source, row.medium = dice.choice(["letter", ""]), dice.choice(["email", "cpc"])
    stuck = [one for row in drawn.sessions if dice.random() < 0.5 for one in stuck_in(dice, row)]
    return replace(drawn, findings=[*drawn.findings, *stuck])


def stuck_in(dice: Random, row: SessionRow) -> list[FindingRow]:
    """What got in the way of a session, once or twice at one place, at any time of it."""
    stage, step = dice.choice([("", ""), *zip(row.path_stage, row.path_step, strict=True)])
    detector = dice.choice(["slow_page", "slow_page", "slow_page", "checkout_abandonment"])
    return [
        FindingRow(
            project="shop", opened_on=row.opened_on, session_id=row.id, id=f"{row.id}-stuck{n}", partition=0, version=1,
            visitor=row.visitor, detector=detector, stage=stage, step=step, element=dice.choice(["", "", "#pay"]),
            job=row.job, occurred_at=dice.choice([*row.path_started_at, row.started_at + dice.randint(0, 900_000)]),
            severity=dice.randint(1, 3), cost_seconds=float(dice.randint(0, 9)), value=float(dice.randint(0, 9)),
        )
        for n in range(dice.choice([1, 1, 2]))
    ]  # fmt: skip


@pytest.fixture(scope="module", params=[(1, 700), (2, 60)], ids=["large", "small"])
def drawn(request: pytest.FixtureRequest) -> RandomShop:
    return shop_with_places(*request.param)


@pytest.fixture
def period(store: Store, drawn: RandomShop) -> Period:
    drawn.put(store)
    return Period(drawn, moment(BEGINS), moment(ENDS))


def key_of(one: Any) -> tuple[str, str, str, str, str]:
    return one["detector"], one["stage"], one["step"], one["page"], one["element"]


def test_pain_points_are_weighed_as_going_through_the_sessions_shows(ask: Ask, period: Period) -> None:
    answer = ask("/v1/pain-points", limit=500, **SPAN)

    told = {key_of(one): one for one in answer["pain_points"] + answer["intended"]}
    expected = pain_points_reference.pain_points(period)
    assert told.keys() == {key for key in expected if key[0] != "checkout_abandonment"}
    for key, one in told.items():
        of = expected[key]
        counts = one["affected"], one["exposed"], one["findings"], one["severity"], one["examples"]
        assert counts == (of.affected, of.exposed, of.findings, of.severity, of.examples), key
        assert is_near(one["median_seconds"], of.seconds), key
        assert one["last_at"] == text((of.last_at - moment(0)) / 1000).replace("+00:00", "Z"), key
        assert is_near(one["naive"], of.naive), key
        assert is_near(one["adjusted"] and one["adjusted"]["estimate"], of.adjusted), key
    assert answer["tested"] == sum(one["p"] is not None for one in answer["pain_points"])


def test_abandonments_that_were_taken_back_are_counted_apart(ask: Ask, period: Period) -> None:
    told = {key_of(one): one for one in ask("/v1/pain-points", limit=500, **SPAN)["drop_offs"]}

    expected = pain_points_reference.pain_points(period)
    assert told.keys() == {key for key in expected if key[0] == "checkout_abandonment"}
    for key, one in told.items():
        of = expected[key]
        assert (one["affected"], one["examples"], one["value"]) == (of.affected, of.examples, of.value), key
        fates = {name: one[name] for name in ("continued_later", "done_elsewhere")}
        assert fates == {name: of.fates[name] for name in fates}, key


def test_drop_offs_tell_what_was_left_where_and_by_whom(ask: Ask, period: Period) -> None:
    expected = factors_reference.left(period)
    for one in ask("/v1/drop-offs", limit=500, **SPAN)["places"]:
        abandoned, value, pages, ids = expected.get((one["stage"], one["step"]), (0, 0.0, Counter(), []))
        assert (one["abandoned"], one["left_value"], one["examples"]) == (abandoned, value, ids), one["stage"]
        assert {page["page"]: page["sessions"] for page in one["last_pages"]} == pages, one["stage"]


def test_drop_offs_are_compared_by_circumstance(ask: Ask, period: Period) -> None:
    answer = ask("/v1/drop-offs/circumstances", limit=500, **SPAN)

    told = {(one["stage"], one["step"], one["kind"], one["value"]): one for one in answer["circumstances"]}
    assert_beside(told, factors_reference.drop_off_circumstances(period))
    assert answer["tested"] == len(told) or answer["next_cursor"]


@pytest.mark.parametrize(("at", "goal"), [("browse", ""), ("checkout", "bought"), ("basket", "browse")])
def test_correlations_are_those_of_what_was_there_before(ask: Ask, period: Period, at: str, goal: str) -> None:
    answer = ask("/v1/correlations", at=at, goal=goal, limit=500, **SPAN)

    told = {(one["kind"], one["value"]): one for one in answer["factors"]}
    assert_beside(told, factors_reference.correlations(period, at, goal))


def assert_beside(told: dict[Any, Any], expected: dict[Any, Beside]) -> None:
    assert told.keys() == expected.keys()
    for key, (under, happened, others, happened_there, ratio) in expected.items():
        assert told[key]["sessions"] == under, key
        assert is_near(told[key]["share"]["share"], happened / under), key
        assert is_near(told[key]["others"]["share"], happened_there / others), key
        assert is_near(told[key]["odds_ratio"]["ratio"], ratio), key


def test_deviations_cost_what_those_with_the_same_job_show(ask: Ask, period: Period) -> None:
    told = {(one["kind"], one["place"]): one for one in ask("/v1/conformance", **SPAN)["deviations"]}

    expected = ways_reference.conformance(period)
    assert told.keys() == expected.keys()
    for key, one in told.items():
        of = expected[key]
        assert one["sessions"] == of.sessions, key
        assert is_near(one["share"]["share"], of.sessions / of.could), key
        assert is_near(one["cost"] and one["cost"]["estimate"], of.cost), key
        assert is_near(one["extra_seconds"], of.extra), key


def test_what_follows_what_got_done_as_its_sessions_did(ask: Ask, period: Period) -> None:
    told = {(one["source"], one["target"]): one for one in ask("/v1/paths", limit=2000, **SPAN)["follows"]}

    expected = ways_reference.follows(period)
    assert told.keys() == expected.keys()
    for key, (times, sessions, done, seconds) in expected.items():
        one = told[key]
        counts = one["times"], one["sessions"], one["converted"], one["dropped"]
        assert counts == (times, sessions, done, sessions - done), key
        assert is_near(one["median_seconds"], seconds), key
