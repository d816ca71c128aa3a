"""The ready-made journey for shops on three hours of a real one, held against an independent oracle."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.check.answer import answer
from services.check.told import Answer
from services.check.trial import Trial
from services.check.visits import read_visits
from services.core.event import Millis
from services.edges.journey_file import shipped
from tests.shared_data import shared_data

NAMES = {
    "GA4": {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"},
    "Segment": {"view": "Product Viewed", "cart": "Product Added", "purchase": "Order Completed"},
}
NOW = Millis(1_800_000_000_000)


def as_sent(row: dict[str, str], number: int, names: dict[str, str]) -> str:
    """A row of the data as a client of that vendor would have sent it."""
    at = datetime.fromtimestamp(int(row["ts_ms"]) / 1000, UTC).isoformat()
    props = {"product_id": row["product_id"], "price": float(row["price"] or 0), "currency": "USD"}
    call: dict[str, Any] = {"type": "track", "event": names[row["event"]], "timestamp": at, "properties": props}
    return json.dumps({**call, "anonymousId": row["visitor_id"], "messageId": f"row-{number}"})


@pytest.fixture(scope="module", params=NAMES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    with gzip.open(shared_data("rees46_2019oct_3h") / "events.csv.gz", "rt") as rows:
        lines = [as_sent(row, number, NAMES[request.param]) for number, row in enumerate(csv.DictReader(rows))]
    file: Path = tmp_path_factory.mktemp("visits") / "shop.ndjson"
    file.write_text("\n".join(lines))
    visits, journey = read_visits(file, NOW), shipped("shop")
    return answer(journey, visits.events, visits.broken, Trial(journey, visits.events, NOW))


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    said: dict[str, Any] = json.loads((shared_data("rees46_2019oct_3h") / "oracle.json").read_text())
    return said


def test_every_session_is_in_a_stage_and_as_many_bought_as_did(told: Answer, oracle: dict[str, Any]) -> None:
    _, baskets, both = oracle["funnels"]["view_cart_purchase"]["per_session_presence"]
    _, bought = oracle["funnels"]["view_purchase"]["per_session_presence"]
    sessions = oracle["sessions_30min_gap_gt"]

    assert not told.left_out
    assert {one.stage: one.sessions for one in told.stages} == {
        "browse": sessions - bought - (baskets - both),
        "basket": baskets - both,
        "checkout": 0,  # this shop tells nothing of it
        "bought": bought,
        "": 0,
    }


def test_who_filled_a_basket_came_to_buy_and_who_only_looked_is_not_said_to(
    told: Answer, oracle: dict[str, Any]
) -> None:
    _, baskets, both = oracle["funnels"]["view_cart_purchase"]["per_session_presence"]
    assigned = {one.job: (one.sessions, one.done) for one in told.jobs if one.sessions and one.job != "unassigned"}

    assert assigned == {"buy": (baskets, both)}


def test_baskets_that_were_left_are_those_that_the_oracle_counts(told: Answer, oracle: dict[str, Any]) -> None:
    _, baskets, both = oracle["funnels"]["view_cart_purchase"]["per_session_presence"]

    assert {one.detector: one.sessions for one in told.findings}["cart_abandonment"] == baskets - both
