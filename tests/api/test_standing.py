"""Abandonments whose person came back and finished: in no answer any more, and counted apart."""

import re
from functools import partial
from importlib.resources import files
from typing import Any

import pytest

from services.api.sql import fragment
from services.core.claim import claim
from services.core.event import Event, Millis
from services.core.pipeline import Pipeline
from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from services.ingest.dialects.segment import Arrival, read
from tests.api.conftest import Ask
from tests.api.shop import DAY, JOURNEY, fill, finding, moment, session, text
from tests.core.build import encode

ALL_TIME = {"from_": text(-10 * DAY), "to": text(60 * DAY)}


def left(**given: object) -> tuple[SessionRow, FindingRow]:
    """A session on the phone that ends in the payment, with its finding."""
    row = session("0 browse, 10 checkout.payment", id="left", visitor="phone", **given)
    return row, finding(row, "checkout_abandonment", "checkout.payment", 10, value=20.0, job=row.job)


def purchase(after: float, way: str = "{} checkout, {} bought", **given: object) -> SessionRow:
    """A session on the laptop, whose visitor is known as Anna, that ends with a purchase so many seconds later."""
    given = {"visitor": "laptop", "user": "anna"} | given
    return session(way.format(9 + after, 10 + after), id="purchase", **given)


def known_later() -> SessionRow:
    """Months later the phone is told who uses it."""
    return session(f"{50 * DAY} browse", visitor="phone", user="anna")


def drop_off(ask: Ask) -> Any:
    (place,) = ask("/v1/pain-points", **ALL_TIME)["drop_offs"]
    return place


def fate(ask: Ask) -> tuple[int, int, int]:
    """Abandoned, continued later, done elsewhere."""
    place = drop_off(ask)
    return place["affected"], place["continued_later"], place["done_elsewhere"]


def test_a_purchase_on_another_device_takes_an_abandonment_back_once_the_two_are_known_as_one(
    store: Store, ask: Ask
) -> None:
    row, found = left()
    fill(store, [row, purchase(3 * DAY)], [found])
    assert fate(ask) == (1, 0, 0)

    fill(store, [known_later()])

    assert fate(ask) == (0, 1, 0)
    place = drop_off(ask)
    assert (place["value"], place["examples"], place["share"]["share"]) == (0, [], 0)


def test_raw_calls_of_two_devices_and_a_later_identify_take_it_back(store: Store, ask: Ask) -> None:
    phone = [
        '"anonymousId": "phone", "type": "track", "event": "Product Added", "properties": {"price": 20}',
        '"anonymousId": "phone", "type": "track", "event": "Checkout Started"',
    ]
    laptop = [
        '"anonymousId": "laptop", "type": "identify", "userId": "anna"',
        '"anonymousId": "laptop", "type": "track", "event": "Checkout Started", "userId": "anna"',
        '"anonymousId": "laptop", "type": "track", "event": "Order Completed", "userId": "anna"',
    ]
    fill(store, [])
    judge_calls(store, "first", [*((call, 0) for call in phone), *((call, DAY) for call in laptop)])
    assert fate(ask) == (1, 0, 0)

    judge_calls(store, "second", [('"anonymousId": "phone", "type": "identify", "userId": "anna"', 3 * DAY)])

    assert fate(ask) == (0, 1, 0)


def judge_calls(store: Store, log: str, calls: list[tuple[str, float]]) -> None:
    """What ingest and a worker of a log make of Segment's calls, each so many seconds on."""
    events = []
    for place, (call, after) in enumerate(calls):
        at = Millis(moment(after) + place * 1000)
        taken = read(f"{{{call}}}".encode(), Arrival("shop", at, partial("{} {}".format, log, place)))
        assert isinstance(taken, Event), taken
        events.append(taken)
    [claimed] = claim([], log, [0], 1, log)
    pipeline = Pipeline(JOURNEY)
    pipeline.assign(0, claimed.position, ())
    pipeline.feed(0, encode(events), now=events[-1].received_at)
    pipeline.tick(0, Millis(events[-1].received_at + 86_400_000))
    changes = pipeline.take()
    store.insert("sessions", changes.sessions)
    store.insert("findings", changes.findings)


def test_what_is_taken_back_is_in_no_list_and_no_count(store: Store, ask: Ask) -> None:
    row, found = left()
    fill(store, [row, purchase(DAY), known_later()], [found, finding(row, "rage_click", "checkout.payment", 9)])

    one = ask("/v1/sessions/left")
    listed = ask("/v1/sessions", detector="checkout_abandonment", **ALL_TIME)

    assert [one["detector"] for one in one["findings"]] == ["rage_click"]
    (back,) = one["taken_back"]
    assert (back["detector"], back["fate"], back["done_in"]) == ("checkout_abandonment", "continued_later", "purchase")
    assert (listed["sessions"], listed["total"]) == ([], 0)
    assert ask("/v1/sessions", detector="rage_click", **ALL_TIME)["total"] == 1
    for detector, left_standing in (("checkout_abandonment", 0), ("rage_click", 1)):
        behind = ask("/v1/pain-points/sessions", detector=detector, **ALL_TIME)
        found_there = ask("/v1/pain-points/findings", detector=detector, **ALL_TIME)["findings"]
        assert (behind["total"], len(found_there)) == (left_standing, left_standing), detector


def test_a_purchase_that_arrives_late_counts_and_one_that_is_withdrawn_does_not(store: Store, ask: Ask) -> None:
    row, found = left()
    fill(store, [row, known_later()], [found])
    assert fate(ask) == (1, 0, 0)
    bought = purchase(2 * DAY, late=True)
    fill(store, [bought])
    assert fate(ask) == (0, 1, 0)

    bought.version, bought.is_deleted = 2, 1
    fill(store, [bought])

    assert fate(ask) == (1, 0, 0)


@pytest.mark.parametrize(("after", "stands"), [(14 * DAY, 0), (14 * DAY + 0.001, 1), (-5, 1)])
def test_only_a_purchase_afterwards_and_within_the_window_counts(
    store: Store, ask: Ask, after: float, stands: int
) -> None:
    row, found = left(user="anna")
    fill(store, [row, purchase(after)], [found])

    assert fate(ask)[0] == stands


def test_a_purchase_that_did_not_pass_the_stage_again_was_done_elsewhere(store: Store, ask: Ask) -> None:
    row, found = left(user="anna")
    fill(store, [row, purchase(DAY, "{} browse, {} bought")], [found])

    assert fate(ask) == (0, 0, 1)


def test_a_checkout_they_were_in_on_another_device_already_is_going_on_with_it(store: Store, ask: Ask) -> None:
    row, found = left(user="anna")
    fill(store, [row, session("5-20 checkout, 30 bought", visitor="laptop", user="anna")], [found])

    assert fate(ask) == (0, 1, 0)


def test_who_comes_back_unnamed_on_a_device_of_theirs_takes_it_back(store: Store, ask: Ask) -> None:
    row, found = left(user="anna")
    fill(store, [row, purchase(DAY, user=""), session(f"{50 * DAY} browse", visitor="laptop", user="anna")], [found])

    assert fate(ask) == (0, 1, 0)


def test_what_the_next_user_of_a_shared_device_buys_takes_nothing_back(store: Store, ask: Ask) -> None:
    row, found = left(user="anna")
    bens = [purchase(DAY, user="ben"), session(f"{50 * DAY} browse", visitor="phone", user="ben")]
    fill(store, [row, *bens], [found])

    assert fate(ask) == (1, 0, 0)


def test_what_they_do_after_the_purchase_does_not_say_how_they_came_to_it(store: Store, ask: Ask) -> None:
    row, found = left(user="anna")
    afterwards = session(f"{DAY + 600} checkout", visitor="laptop", user="anna")
    fill(store, [row, purchase(DAY, "{} browse, {} bought"), afterwards], [found])

    assert fate(ask) == (0, 0, 1)


def test_the_outcome_of_the_job_that_was_left_counts_and_that_of_another_job_does_not(store: Store, ask: Ask) -> None:
    row, found = left(user="anna", job="gift")
    outcome = {"outcome_at": row.ended_at + 5_000, "visitor": "laptop", "user": "anna"}
    other = session("9 browse", job="replace", **outcome)
    fill(store, [row, other], [found])
    assert fate(ask) == (1, 0, 0)

    fill(store, [session("12 checkout", job="gift", **outcome)])

    assert fate(ask) == (0, 1, 0)


def test_somebody_elses_purchase_changes_nothing(store: Store, ask: Ask) -> None:
    row, found = left()
    strangers = [
        purchase(DAY),
        session(f"{DAY} bought", visitor="phone", project="other"),
        session(f"{DAY} browse", visitor="phone", user="anna", project="other"),
    ]
    fill(store, [row, *strangers], [found])

    assert fate(ask) == (1, 0, 0)


def test_a_basket_left_behind_and_bought_later_is_taken_back_too(store: Store, ask: Ask) -> None:
    row = session("0 basket", visitor="phone")
    later = session("5000 basket, 5010 bought", visitor="phone")
    fill(store, [row, later], [finding(row, "cart_abandonment", "basket", 0)])

    assert fate(ask) == (0, 1, 0)


def test_no_question_reads_findings_past_what_was_taken_back() -> None:
    reads = re.compile(r"\b(?:FROM|JOIN)\s+findings\b", re.IGNORECASE)
    folder = files("services.api")

    bare = [
        one.name
        for place in ("questions", "fragments")
        for one in (folder / place).iterdir()
        if one.name.endswith(".sql") and reads.search(one.read_text(encoding="utf-8"))
    ]

    assert sorted(bare) == ["frictions.sql", "standing.sql"]
    # Only abandonments are ever taken back, and these are left out there.
    assert "detector NOT IN {drop_offs:Array(String)}" in fragment("frictions")
