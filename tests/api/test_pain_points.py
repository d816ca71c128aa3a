"""Pain points: what they cost those like each other, not those unlike."""

from collections.abc import Iterator
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, finding, session, text

Told = tuple[list[SessionRow], list[FindingRow]]


def group(size: int, went_on: int, *, rages: bool, detector: str = "rage_click", **given: object) -> Told:
    """Sessions that came to the payment, of whom some bought; each with or without a finding there."""
    rows = [
        session("0 browse, 10 checkout.payment" + (", 90 bought" if number < went_on else ""), **given)
        for number in range(size)
    ]
    found = [finding(row, detector, "checkout.payment", 30, element="#coupon", page="/pay") for row in rows]
    return rows, found if rages else []


def told(store: Store, *groups: Told) -> None:
    fill(store, [row for rows, _ in groups for row in rows], [one for _, found in groups for one in found])


def confounded() -> Iterator[Told]:
    """Rage clicks cost 10 points, but those who know what they want both rage more and buy more."""
    yield group(40, 8, rages=True, job="browse_around", value=10.0)  # 20 %
    yield group(360, 108, rages=False, job="browse_around", value=10.0)  # 30 %
    yield group(320, 224, rages=True, job="replace", value=50.0)  # 70 %
    yield group(80, 64, rages=False, job="replace", value=50.0)  # 80 %


def test_the_adjusted_difference_is_right_where_the_naive_sign_is_wrong(store: Store, ask: Ask) -> None:
    told(store, *confounded())

    answer = ask("/v1/pain-points")

    (point,) = answer["pain_points"]
    assert (point["detector"], point["stage"], point["step"], point["element"]) == (
        "rage_click", "checkout", "payment", "#coupon",
    )  # fmt: skip
    assert (point["affected"], point["exposed"], point["share"]["share"]) == (360, 800, 0.45)
    assert point["naive"] == pytest.approx(172 / 440 - 232 / 360)
    assert point["naive"] < 0
    assert point["adjusted"]["estimate"] == pytest.approx(0.1)
    assert 0 < point["adjusted"]["low"] < 0.1 < point["adjusted"]["high"]
    assert point["lost_conversions"]["estimate"] == pytest.approx(36)
    assert point["lost_value"]["estimate"] == pytest.approx(4 * 10 + 32 * 50)
    assert point["stands"] is True
    assert len(point["examples"]) == 3


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    worths=st.lists(
        st.lists(st.sampled_from([0.0, 5.0, 8.0, 30.0, 100.0]), min_size=1, max_size=30), min_size=1, max_size=3
    )
)
def test_lost_value_is_what_those_alike_who_went_on_were_worth(
    store: Store, ask: Ask, worths: list[list[float]]
) -> None:
    store.empty("sessions")
    store.empty("findings")
    sizes = {f"job{number}": (40 + 20 * number, 10) for number in range(len(worths))}
    groups = [group(*sizes[job], rages=True, job=job) for job in sizes]
    for job, values in zip(sizes, worths, strict=True):
        went_on, _ = group(60, 30, rages=False, job=job)
        for row in went_on:  # the basket of who did not go on is worth nothing to us
            row.value = 1_000.0 * ("bought" not in row.path_stage)
        for row, value in zip(went_on, values, strict=False):
            row.value = value
        groups.append((went_on, []))
    told(store, *groups)

    (point,) = ask("/v1/pain-points", detector="rage_click")["pain_points"]

    expected = lost_value([row for rows, _ in groups for row in rows], sizes, point["adjusted"]["estimate"])
    assert (point["lost_value"] or {}).get("estimate") == (None if expected is None else pytest.approx(expected))


def lost_value(rows: list[SessionRow], affected: dict[str, tuple[int, int]], difference: float) -> float | None:
    """Stratum by stratum: the affected times the difference times the median value of those there who went on."""
    worth = [(row.job, row.value) for row in rows if "bought" in row.path_stage and row.value > 0]
    if not worth:
        return None
    overall = median(value for _, value in worth)
    of_job = {job: [value for one, value in worth if one == job] for job in affected}
    return sum(
        count * difference * (median(of_job[job]) if of_job[job] else overall) for job, (count, _) in affected.items()
    )


def test_friction_that_costs_nothing_does_not_stand(store: Store, ask: Ask) -> None:
    told(store, group(200, 100, rages=True), group(200, 100, rages=False))

    (point,) = ask("/v1/pain-points")["pain_points"]

    assert (point["stands"], point["insufficient"]) == (False, False)
    assert point["lost_conversions"]["estimate"] == pytest.approx(0)


@pytest.mark.parametrize(("affected", "unaffected"), [(29, 500), (500, 29)])
def test_fewer_than_30_a_side_give_no_number(store: Store, ask: Ask, affected: int, unaffected: int) -> None:
    told(store, group(affected, 0, rages=True), group(unaffected, unaffected, rages=False))

    (point,) = ask("/v1/pain-points")["pain_points"]

    assert point["insufficient"] is True
    assert (point["adjusted"], point["lost_conversions"], point["p"], point["stands"]) == (None, None, None, False)


def test_pain_points_are_ranked_by_what_they_surely_cost(store: Store, ask: Ask) -> None:
    told(
        store,
        group(60, 10, rages=True, detector="loop"),
        group(200, 20, rages=True, detector="rage_click"),
        group(20, 0, rages=True, detector="quick_back"),
        group(400, 300, rages=False),
    )

    answer = ask("/v1/pain-points")

    assert [(point["rank"], point["detector"]) for point in answer["pain_points"]] == [
        (1, "rage_click"), (2, "loop"), (3, "quick_back"),
    ]  # fmt: skip
    assert answer["tested"] == 2
    assert [point["rank"] for point in ask("/v1/pain-points", detector="loop")["pain_points"]] == [2]


def test_going_on_before_the_finding_is_not_going_on(store: Store, ask: Ask) -> None:
    turned_back = [session("0 checkout.payment, 20 bought, 40 checkout.payment") for _ in range(40)]
    went_on = [session("0 checkout.payment, 20 bought") for _ in range(40)]
    fill(store, turned_back + went_on, [finding(row, "rage_click", "checkout.payment", 50) for row in turned_back])

    (point,) = ask("/v1/pain-points")["pain_points"]

    assert point["naive"] == 1.0
    assert point["adjusted"] is None  # nobody unaffected had been so far before


def test_returning_visitors_are_compared_with_returning_ones(store: Store, ask: Ask) -> None:
    before = [session("0 browse", visitor=f"back{number}") for number in range(80)]
    later = 30 * DAY
    sure = [session(f"{later} checkout, {later + 9} bought", visitor=f"back{number}") for number in range(80)]
    unsure = [session(f"{later} checkout" + (f", {later + 9} bought" if n < 20 else "")) for n in range(80)]
    rages = [finding(row, "rage_click", "checkout", later + 1) for row in sure[:60] + unsure[:20]]
    fill(store, before + sure + unsure, rages)

    (point,) = ask("/v1/pain-points", from_=text(later), to=text(later + DAY))["pain_points"]

    assert point["adjusted"]["estimate"] == pytest.approx(-0.5)  # new: 20 of 20 against 0 of 60; back: all of both


def test_intended_friction_is_shown_apart(store: Store, ask: Ask) -> None:
    rows, found = group(40, 10, rages=True)
    fill(store, rows, [finding(row, "stage_stall", "checkout.payment", 40, intended=True) for row in rows] + found)

    answer = ask("/v1/pain-points")

    assert [point["detector"] for point in answer["pain_points"]] == ["rage_click"]
    assert [point["detector"] for point in answer["intended"]] == ["stage_stall"]


@pytest.mark.parametrize("detector", ["cart_abandonment", "checkout_abandonment", "dropped_call"])
def test_abandonments_are_drop_offs_with_what_was_left_behind(detector: str, store: Store, ask: Ask) -> None:
    rows, _ = group(10, 0, rages=False, currency="EUR")
    left = [finding(row, detector, "checkout.payment", 60, value=20.0, currency="EUR") for row in rows]
    fill(store, rows, left)

    answer = ask("/v1/pain-points")

    assert answer["pain_points"] == []
    (drop_off,) = answer["drop_offs"]
    assert (drop_off["affected"], drop_off["value"], drop_off["currency"]) == (10, 200.0, "EUR")


def test_a_withdrawn_finding_disappears(store: Store, ask: Ask) -> None:
    rows, found = group(1, 0, rages=True)
    fill(store, rows, found)
    assert ask("/v1/pain-points")["pain_points"]

    found[0].version, found[0].is_deleted = 2, 1
    store.insert("findings", found)

    assert ask("/v1/pain-points")["pain_points"] == []


def test_a_finding_before_any_stage_is_weighed_against_all_sessions(store: Store, ask: Ask) -> None:
    lost = [session("", ended_at=0) for _ in range(3)]
    fill(store, [*lost, session("0 browse")], [finding(row, "quick_back", "", 0) for row in lost])

    (point,) = ask("/v1/pain-points", from_=text(-DAY), to=text(DAY))["pain_points"]

    assert (point["stage"], point["affected"], point["exposed"], point["naive"]) == ("", 3, 4, 1.0)
