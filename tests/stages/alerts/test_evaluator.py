"""Hours that are over, judged from what is stored."""

from collections.abc import Iterator

import pytest

from services.core.journey import Journey
from services.core.spikes.incident import Change
from services.edges.clickhouse import Store
from services.edges.incidents import known_incidents
from services.stages.alerts.evaluator import Evaluator
from tests.stages.alerts.weeks import HOURS, JOURNEY, NOW, Shop
from tests.stores import empty, fresh_dsn


@pytest.fixture(scope="module")
def weeks(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Five weeks of sessions and events: of `shop`, where nothing is wrong, and of `leaky`, which loses customers
    on mobiles, and of `deaf`, which mobiles tell no more."""
    opened = Store.open(fresh_dsn("chdb", request))
    Shop(opened).visit()
    Shop(opened).act()
    leaky = Shop(opened, "leaky")
    leaky.visit(until=NOW - 2)
    leaky.visit(until=NOW, hours=2, broken="mobile")
    leaky.act(hours=HOURS - 2, until=NOW - 2)
    leaky.act(hours=2, release="4.3")
    deaf = Shop(opened, "deaf")
    deaf.visit()
    deaf.act(hours=HOURS - 2, until=NOW - 2)
    deaf.act(hours=2, but="mobile")
    yield opened
    opened.close()


@pytest.fixture
def shop(weeks: Store) -> Iterator[Shop]:
    """The shop with as much friction as is usual."""
    made = Shop(weeks)
    made.stick("rage_click", 10)
    yield made
    empty(weeks, "findings", "incidents")


def judged(store: Store, *hours: int, journey: Journey = JOURNEY, project: str = "shop") -> list[Change]:
    evaluator = Evaluator(journey, store)
    return [change for hour in hours or (NOW,) for change in evaluator.judge(project, hour, hour)]


def test_calm_weeks_tell_nothing(shop: Shop) -> None:
    assert judged(shop.store) == []


def test_friction_that_spikes_opens_an_incident_that_says_where_and_for_whom(shop: Shop) -> None:
    shop.stick("rage_click", 60, hours=2)

    [change] = judged(shop.store)

    assert change.moment == "opened"
    named, evidence = change.incident.named, change.incident.evidence
    assert (named.detector, named.stage, named.job, named.exposed) == ("rage_click", "checkout", "", 60)
    assert 0.4 < named.affected / named.exposed < 0.8
    assert 0.05 < named.usual < 0.15
    assert change.incident.began == NOW - 1
    assert (evidence.page, evidence.element, evidence.cause) == (
        "/checkout/payment",
        "#pay",
        "the button does nothing",
    )
    assert (evidence.value > 0, evidence.currency, len(evidence.sessions)) == (True, "EUR", 3)


def test_a_device_is_named_where_others_are_spared_and_not_where_all_are_stuck(shop: Shop) -> None:
    shop.stick("rage_click", 60, hours=2)
    [of_all] = judged(shop.store)
    empty(shop.store, "findings", "incidents")
    shop.stick("rage_click", 10)
    shop.stick("rage_click", 90, hours=2, device="mobile")
    [of_one] = judged(shop.store)

    told = [(one.incident.evidence.device, one.incident.evidence.release) for one in (of_all, of_one)]
    assert told == [("", ""), ("mobile", "")]


def test_friction_of_one_job_names_the_job(shop: Shop) -> None:
    shop.stick("loop", 2)
    shop.stick("loop", 95, hours=3, job="gift")

    [change] = judged(shop.store)

    assert (change.incident.named.detector, change.incident.named.job) == ("loop", "gift")


def test_fewer_going_on_is_told_an_hour_later_when_their_sessions_are_over(shop: Shop) -> None:
    assert judged(shop.store, NOW - 1, project="leaky") == []

    [change] = judged(shop.store, NOW, project="leaky")

    assert (change.incident.named.detector, change.moment) == ("stage_conversion", "opened")


def test_fewer_going_on_says_where_they_ended_with_what_and_what_it_costs(shop: Shop) -> None:
    [change] = judged(shop.store, NOW, project="leaky")

    about = change.incident.evidence
    assert (about.page, about.device, about.release) == ("/checkout/payment", "mobile", "4.3")
    assert (about.apiece, about.currency, about.value) == (50, "EUR", 0)
    ended = "SELECT DISTINCT exit_page, device FROM sessions WHERE project = 'leaky' AND id IN {ids:Array(String)}"
    assert shop.store.query(ended, {"ids": list(about.sessions)}) == [
        {"exit_page": "/checkout/payment", "device": "mobile"}
    ]
    assert len(about.sessions) == 3


def test_what_is_intended_is_no_friction_and_what_is_not_watched_is_not_told(shop: Shop) -> None:
    shop.stick("rage_click", 60, hours=2)
    rules = JOURNEY.alerts.model_copy(update={"friction": ("loop",)})

    assert judged(shop.store, journey=JOURNEY.model_copy(update={"alerts": rules})) == []


@pytest.mark.parametrize(("rule", "project", "hour"), [("conversion", "leaky", NOW), ("silence", "shop", NOW + 1)])
def test_going_on_and_silence_are_watched_unless_the_journey_says_no(
    shop: Shop, rule: str, project: str, hour: int
) -> None:
    rules = JOURNEY.alerts.model_copy(update={rule: False})

    assert judged(shop.store, hour, journey=JOURNEY.model_copy(update={"alerts": rules}), project=project) == []


def test_judging_again_tells_nothing_and_stores_the_same(shop: Shop) -> None:
    shop.stick("rage_click", 60, hours=2)
    [opened] = judged(shop.store)

    assert judged(shop.store) == []
    assert known_incidents(shop.store, "shop", 0) == [opened.incident]


def test_silence_of_events_is_an_incident(shop: Shop) -> None:
    [change] = judged(shop.store, NOW + 1)

    assert (change.incident.named.detector, change.incident.named.affected) == ("silence", 60)
    assert change.incident.evidence.cause.startswith("nothing comes at all, from nowhere; the last event is of ")


def test_silence_of_one_source_names_it(shop: Shop) -> None:
    [change] = judged(shop.store, NOW, project="deaf")

    assert change.incident.named.detector == "silence"
    assert change.incident.evidence.cause.startswith("what app-sdk sends stays away (0 came, usual ")


def test_a_job_below_its_objective_is_an_incident_until_it_is_above_again(shop: Shop) -> None:
    objective = {"objectives": [{"job": "gift", "success": 0.95}]}
    journey = Journey.model_validate({**JOURNEY.model_dump(by_alias=True), "alerts": objective})

    [change] = judged(shop.store, journey=journey)

    assert (change.incident.named.detector, change.incident.named.job) == ("job_success", "gift")


def test_a_job_below_its_objective_says_where_they_ended_and_with_what(shop: Shop) -> None:
    objective = {"objectives": [{"job": "gift", "success": 0.75}]}
    journey = Journey.model_validate({**JOURNEY.model_dump(by_alias=True), "alerts": objective})

    incidents = [change.incident for change in judged(shop.store, NOW + 1, journey=journey, project="leaky")]

    [about] = [one.evidence for one in incidents if one.named.detector == "job_success"]
    assert (about.page, about.device, about.apiece) == ("/checkout/payment", "mobile", 50)


def test_the_hours_of_an_incident_do_not_become_usual(shop: Shop) -> None:
    shop.stick("rage_click", 60, hours=5)
    evaluator = Evaluator(JOURNEY, shop.store)
    for hour in range(NOW - 4, NOW + 1):
        evaluator.judge("shop", hour, hour)

    [incident] = known_incidents(shop.store, "shop", 0)

    assert incident.is_open
    assert incident.named.usual < 0.15
