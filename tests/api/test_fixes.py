"""Fixes of pain points: whether what they were to mend fell, on the same weekdays."""

from typing import Any

import pytest

from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, finding, session, text

FIXED = 28 * DAY
FIX = {
    "kind": "fix", "at": text(FIXED), "title": "coupon button answers", "detector": "rage_click", "stage": "checkout",
    "step": "payment",
}  # fmt: skip
LATER = {"from_": text(0), "to": text(60 * DAY)}


def visits(day: float, count: int, raging: int, **given: object) -> tuple[list[SessionRow], list[FindingRow]]:
    """Sessions of a day that came to the payment, of whom some rage."""
    rows = [session(f"{day * DAY} browse, {day * DAY + 60} checkout.payment", **given) for _ in range(count)]
    return rows, [
        finding(row, "rage_click", "checkout.payment", day * DAY + 70, element="#coupon") for row in rows[:raging]
    ]


def note(client: Client, **given: object) -> None:
    response = client.post("/v1/annotations", json=FIX | given, headers={"Authorization": "Bearer ak_shop"})
    assert response.status_code == 201, response.text


def told(store: Store, *days: tuple[list[SessionRow], list[FindingRow]]) -> None:
    fill(store, [row for rows, _ in days for row in rows], [one for _, found in days for one in found])


def judged(ask: Ask) -> Any:
    (fix,) = ask("/v1/pain-points/fixes", **LATER)["fixes"]
    return fix


@pytest.mark.parametrize(
    ("raging_after", "state"), [(2, "restored"), (24, "eased"), (38, "not_restored"), (60, "not_restored")]
)
def test_a_fix_is_judged_by_how_much_less_often_the_friction_is_met(
    store: Store, client: Client, ask: Ask, raging_after: int, state: str
) -> None:
    before = [visits(day, 10, 4) for day in range(18, 28)]
    after = [visits(day, 10, raging_after // 10) for day in range(28, 38)]
    told(store, *before, *after, visits(38, 10, raging_after % 10))
    note(client)

    fix = judged(ask)

    assert fix["state"] == state
    assert (fix["before"]["exposed"], fix["before"]["affected"], fix["after"]["affected"]) == (100, 40, raging_after)


def test_half_of_it_gone_is_restored(store: Store, client: Client, ask: Ask) -> None:
    told(store, visits(14, 50, 20), visits(21, 50, 20), visits(28, 50, 10), visits(35, 50, 10))
    note(client)

    assert judged(ask)["state"] == "restored"


def test_weekdays_are_held_against_the_same_weekdays(store: Store, client: Client, ask: Ask) -> None:
    # On Mondays half rage, on Tuesdays none. Before there were mostly Mondays, after mostly Tuesdays: nothing changed.
    monday, tuesday = 25, 26
    told(
        store, visits(monday, 160, 80), visits(tuesday, 40, 0), visits(monday + 7, 40, 20), visits(tuesday + 7, 160, 0)
    )
    note(client)

    fix = judged(ask)

    assert (fix["before"]["share"]["share"], fix["after"]["share"]["share"]) == (0.4, 0.1)
    assert fix["fell_by"]["estimate"] == pytest.approx(0)
    assert fix["state"] == "not_restored"


def test_too_few_sessions_after_leave_it_marked(store: Store, client: Client, ask: Ask) -> None:
    told(store, visits(21, 100, 40), visits(28, 29, 0))
    note(client)

    assert judged(ask)["state"] == "fix_marked"


def test_a_pain_point_carries_the_state_of_its_last_fix(store: Store, client: Client, ask: Ask) -> None:
    told(store, visits(21, 100, 40), visits(28, 100, 4))
    assert ask("/v1/pain-points", **LATER)["pain_points"][0]["state"] == "open"
    note(client, detector="loop", title="something else")
    assert ask("/v1/pain-points", **LATER)["pain_points"][0]["state"] == "open"

    note(client)

    (point,) = ask("/v1/pain-points", **LATER)["pain_points"]
    assert (point["state"], point["fixed_at"]) == ("restored", "2026-01-29T00:00:00Z")


def test_a_fix_of_long_ago_is_still_known_and_of_two_the_later_counts(store: Store, client: Client, ask: Ask) -> None:
    told(store, visits(21, 100, 40), visits(28, 100, 4), visits(70, 100, 40), visits(77, 100, 40))
    note(client)

    asked = {"from_": text(68 * DAY), "to": text(80 * DAY)}
    (once,) = ask("/v1/pain-points", **asked)["pain_points"]
    note(client, at=text(75 * DAY), title="once more")
    (twice,) = ask("/v1/pain-points", **asked)["pain_points"]
    note(client, at=text(90 * DAY), title="too late")

    assert (once["state"], once["fixed_at"]) == ("restored", "2026-01-29T00:00:00Z")
    assert (twice["state"], twice["fixed_at"]) == ("not_restored", "2026-03-17T00:00:00Z")
    assert ask("/v1/pain-points", **asked)["pain_points"] == [twice]


def test_what_stands_behind_a_pain_point_can_be_looked_at(store: Store, ask: Ask) -> None:
    rows, found = visits(1, 5, 3)
    found[0].evidence = ["e1", "e2"]
    fill(store, rows, [*found, finding(rows[4], "rage_click", "browse", DAY + 1)])
    place = {"detector": "rage_click", "at_stage": "checkout", "at_step": "payment", "at_element": "#coupon"}

    first = ask("/v1/pain-points/sessions", limit=2, **place, **LATER)
    rest = ask("/v1/pain-points/sessions", limit=2, cursor=first["next_cursor"], **place, **LATER)
    findings = ask("/v1/pain-points/findings", **place, **LATER)["findings"]

    assert first["total"] == 3
    assert {one["id"] for one in first["sessions"] + rest["sessions"]} == {row.id for row in rows[:3]}
    assert {one["session_id"] for one in findings} == {row.id for row in rows[:3]}
    assert ["e1", "e2"] in [one["evidence"] for one in findings]


def test_those_on_one_device_are_compared_with_those_on_the_same(store: Store, ask: Ask) -> None:
    """Phones rage more and buy less, whether they rage or not."""
    rows, rages = [], []
    for device, raging, calm, share in (("mobile", 120, 40, 0.25), ("desktop", 40, 120, 0.75)):
        for count, rage in ((raging, True), (calm, False)):
            some = [
                session("0 checkout.payment" + (", 9 bought" if n < count * share else ""), device=device)
                for n in range(count)
            ]
            rows += some
            rages += [finding(row, "rage_click", "checkout.payment", 5) for row in some] if rage else []
    fill(store, rows, rages)

    (point,) = ask("/v1/pain-points", from_=text(-DAY), to=text(DAY))["pain_points"]

    assert point["naive"] == pytest.approx(0.25)
    assert point["adjusted"]["estimate"] == pytest.approx(0)


def test_weekdays_are_those_of_the_time_zone(store: Store, client: Client, ask: Ask) -> None:
    # Late on Monday by UTC is Tuesday in Berlin, which is held against the Tuesday after.
    told(store, visits(25.98, 60, 30), visits(33.5, 60, 0))
    note(client)

    assert judged(ask)["state"] == "fix_marked"
    (there,) = ask("/v1/pain-points/fixes", tz="Europe/Berlin", **LATER)["fixes"]
    assert there["state"] == "restored"


def test_of_abandonments_only_those_count_that_were_not_taken_back(store: Store, client: Client, ask: Ask) -> None:
    rows = [session(f"{day * DAY} checkout.payment", visitor=f"v{day}-{n}") for day in (21, 28) for n in range(40)]
    back = [session(f"{29 * DAY} bought", visitor=row.visitor) for row in rows[40:70]]
    gone = [
        finding(row, "checkout_abandonment", "checkout.payment", 21 * DAY if n < 40 else 28 * DAY)
        for n, row in enumerate(rows)
    ]
    fill(store, rows + back, gone)
    note(client, detector="checkout_abandonment")

    fix = judged(ask)

    assert (fix["before"]["affected"], fix["after"]["affected"]) == (40, 10)


def test_more_going_on_after_a_fix_is_told_with_its_interval(store: Store, client: Client, ask: Ask) -> None:
    rows = [
        session(f"{day * DAY} browse, {day * DAY + 60} checkout.payment" + (f", {day * DAY + 90} bought" * (n < went)))
        for day, went in ((21, 20), (28, 60))
        for n in range(100)
    ]
    fill(store, [*rows, session(f"{28 * DAY} checkout.address, {28 * DAY + 9} bought")])
    note(client)

    fix = judged(ask)

    assert (fix["before"]["exposed"], fix["before"]["went_on"]["share"]) == (100, 0.2)
    assert (fix["after"]["exposed"], fix["after"]["went_on"]["share"]) == (100, 0.6)
    more = fix["went_on_more"]
    assert more["estimate"] == pytest.approx(0.4)
    assert 0.2 < more["low"] < 0.4 < more["high"] < 0.6


def test_a_fix_of_a_step_is_judged_by_who_came_there_also_where_no_stage_is_named(
    store: Store, client: Client, ask: Ask
) -> None:
    told(store, visits(20, 10, 4), visits(30, 10, 1), ([session(f"{21 * DAY} browse") for _ in range(5)], []))
    note(client, stage="")

    fix = judged(ask)

    assert (fix["before"]["exposed"], fix["before"]["affected"], fix["after"]["exposed"]) == (10, 4, 10)
