"""Circumstances: when a job arises, and when it gets done."""

from typing import Any

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, moment, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(20 * DAY)}


def came(count: int, done: int, **given: object) -> list[SessionRow]:
    return [session("0 browse", outcome_at=moment(5) if n < done else 0, **given) for n in range(count)]


def of(answer: Any, job: str, what: str) -> dict[tuple[str, str], Any]:
    (found,) = [one for one in answer["jobs"] if one["job"] == job]
    return {(one["kind"], one["value"]): one for one in found[what]}


def test_a_job_arises_more_often_under_some_circumstances(store: Store, ask: Ask) -> None:
    fill(store, [
        *came(80, 0, job="gift", device="mobile"), *came(20, 0, job="gift", device="desktop"),
        *came(40, 0, job="replace", device="mobile"), *came(60, 0, job="replace", device="desktop"),
    ])  # fmt: skip

    answer = ask("/v1/circumstances", **ALL_TIME)

    mobile = of(answer, "gift", "arises")["device", "mobile"]
    assert (mobile["sessions"], mobile["stands"]) == (120, True)
    assert (mobile["share"]["share"], mobile["others"]["share"]) == (80 / 120, 20 / 80)
    assert of(answer, "replace", "arises")["device", "mobile"]["odds_ratio"]["high"] < 1


def test_a_job_gets_done_more_often_under_some(store: Store, ask: Ask) -> None:
    fill(store, [
        *came(50, 45, job="gift", country="DE"), *came(50, 10, job="gift", country="FR"),
        *came(50, 25, job="replace", country="DE"),
    ])  # fmt: skip

    found = of(ask("/v1/circumstances", **ALL_TIME), "gift", "done")["country", "DE"]

    assert (found["sessions"], found["share"]["share"], found["others"]["share"]) == (50, 0.9, 0.2)


def test_days_and_hours_are_those_of_the_time_zone(store: Store, ask: Ask) -> None:
    late = [session("84600 browse") for _ in range(40)]  # Thursday, 1 January, 23:30 UTC
    fill(store, [*late, *[session("43200 browse", job="gift") for _ in range(40)]])

    there = of(ask("/v1/circumstances", tz="Europe/Berlin", **ALL_TIME), "gift", "arises")
    here = of(ask("/v1/circumstances", **ALL_TIME), "gift", "arises")

    assert ("weekday", "friday") in there
    assert ("daytime", "night") in there
    assert ("weekday", "friday") not in here
    assert ("daytime", "evening") in here


def test_the_circumstances_of_the_journey_that_were_shown_count_as_evidence_not_as_circumstance(
    store: Store, ask: Ask
) -> None:
    fill(store, came(40, 0, job="gift", job_rules=["gift/when/1"]) + came(40, 0, job="replace"))

    kinds = {kind for kind, _ in of(ask("/v1/circumstances", **ALL_TIME), "gift", "arises")}

    assert "when" not in kinds  # it would explain the label by itself
