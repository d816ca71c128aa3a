"""Pain points: which come first, which stand, and what drop-offs are compared by."""

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, session, text
from tests.api.test_pain_points import group, told


def test_what_costs_less_but_surely_comes_before_what_may_cost_more(store: Store, ask: Ask) -> None:
    told(
        store,
        group(400, 268, rages=True, detector="rage_click"),
        group(40, 10, rages=True, detector="loop"),
        group(2000, 1500, rages=False),
    )

    first, second = ask("/v1/pain-points")["pain_points"]

    assert (first["detector"], second["detector"]) == ("loop", "rage_click")
    assert first["lost_conversions"]["low"] > second["lost_conversions"]["low"]
    assert first["lost_conversions"]["estimate"] < second["lost_conversions"]["estimate"]


def test_what_cannot_be_told_comes_last_also_after_what_may_cost_nothing(store: Store, ask: Ask) -> None:
    told(
        store,
        group(60, 45, rages=True, detector="loop"),
        group(20, 0, rages=True, detector="quick_back"),
        group(400, 300, rages=False),
    )

    points = ask("/v1/pain-points")["pain_points"]

    assert [(one["detector"], one["insufficient"]) for one in points] == [("loop", False), ("quick_back", True)]
    assert points[0]["lost_conversions"]["low"] < 0


def test_what_those_who_go_on_meet_more_often_does_not_stand_as_pain(store: Store, ask: Ask) -> None:
    told(store, group(200, 180, rages=True), group(200, 60, rages=False))

    (point,) = ask("/v1/pain-points")["pain_points"]

    assert point["p"] < 0.001
    assert (point["adjusted"]["high"] < 0, point["stands"]) == (True, False)


def test_only_circumstances_of_the_journey_that_were_shown_are_compared_and_not_other_evidence(
    store: Store, ask: Ask
) -> None:
    shown = [session("0 basket", job_rules=["gift/when/0", "gift/evidence/1"]) for _ in range(40)]
    fill(store, shown + [session("0 basket, 9 bought") for _ in range(40)])

    places = ask("/v1/drop-offs", from_=text(0), to=text(DAY))["places"]

    found = {one["value"] for place in places for one in place["circumstances"] if one["kind"] == "when"}
    assert found == {"gift/when/0"}
