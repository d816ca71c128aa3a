"""GA4's dialect: what the Measurement Protocol carries becomes calls, and so events."""

import json
from typing import Any

import msgspec
import pytest

from services.core.event import Event
from services.ingest.calls import Calls
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.ga4 import as_batch
from services.ingest.dialects.segment import Arrival
from services.ingest.problem import Problem
from services.ingest.refusal import Reason, Refusal

NOON = 1_793_620_800_000  # 2026-11-02T12:00Z

# As in Google's reference of the protocol.
PURCHASE: dict[str, Any] = {
    "name": "purchase",
    "params": {
        "currency": "USD",
        "value": 30.03,
        "transaction_id": "T_12345",
        "items": [{"item_id": "SKU_12345", "item_name": "Stan and Friends Tee", "price": 10.01, "quantity": 3}],
    },
}


def sorted_out(*events: Any, **body: Any) -> tuple[list[Event], list[tuple[int, Refusal]]]:
    content = {"client_id": "x.1234", "events": events, **body}
    calls = Calls(
        as_batch(json.dumps(content).encode(), {"api_secret": "wk_x"}), "", Surroundings(lambda body, most=0: body)
    )
    assert calls.head.write_key == "wk_x"
    lines, refused, _ = calls.sort(Arrival("shop", NOON, lambda: "new"))
    return [line.event for line in lines], refused


def test_a_shops_event_keeps_its_name_and_its_items() -> None:
    [event], refused = sorted_out(PURCHASE)

    assert refused == []
    assert (event.type, event.name, event.visitor, event.user) == ("track", "purchase", "x.1234", "")
    assert msgspec.json.decode(event.props) == PURCHASE["params"]


def test_a_page_view_is_a_page() -> None:
    params = {"page_location": "https://shop.example/gifts?x=1", "page_title": "Gifts", "page_referrer": "https://r/"}

    [page], _ = sorted_out({"name": "page_view", "params": params})

    assert (page.type, page.path, page.title, page.referrer) == ("page", "/gifts", "Gifts", "https://r/")
    assert page.url == params["page_location"]


def test_a_screen_view_of_an_app_has_its_name() -> None:
    event = {"name": "screen_view", "params": {"screen_name": "Cart"}}

    [screen], _ = sorted_out(event, client_id=None, app_instance_id="app")

    assert (screen.type, screen.title, screen.visitor) == ("screen", "Cart", "app")


def test_a_known_user_and_their_properties_stand_beside_the_visitor() -> None:
    [event], _ = sorted_out(PURCHASE, user_id="u", user_properties={"plan": {"value": "pro"}, "odd": 3})

    assert (event.visitor, event.user) == ("x.1234", "u")
    assert msgspec.json.decode(event.context) == {"traits": {"plan": "pro", "odd": 3}}


@pytest.mark.parametrize("micros", [1_793_620_799_125_000, "1793620799125000"])
def test_the_time_stands_at_the_event_or_at_all_of_them(micros: Any) -> None:
    [of_all], _ = sorted_out(PURCHASE, timestamp_micros=micros)
    [own], _ = sorted_out({**PURCHASE, "timestamp_micros": micros}, timestamp_micros=1)
    [none], _ = sorted_out(PURCHASE)

    assert (of_all.occurred_at, own.occurred_at, none.occurred_at) == (NOON - 875, NOON - 875, NOON)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (3, Reason.SCHEMA),
        ({"name": 3}, Reason.SCHEMA),
        ({"params": {}}, Reason.NAME),
        ({"name": "x", "params": [1]}, Reason.SCHEMA),
        ({"name": "x", "timestamp_micros": "²"}, Reason.SCHEMA),
        ({"name": "x", "timestamp_micros": 10**30}, Reason.SCHEMA),
    ],
)
def test_an_event_that_cannot_be_read_is_refused_alone(event: Any, reason: Reason) -> None:
    taken, refused = sorted_out(event, PURCHASE)

    assert ([one.name for one in taken], [(index, one.reason) for index, one in refused]) == (
        ["purchase"],
        [(0, reason)],
    )


def test_without_a_client_id_nobody_acted() -> None:
    _, refused = sorted_out(PURCHASE, client_id=None)

    assert [one.reason for _, one in refused] == [Reason.VISITOR]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"events":3}', b'{"events":[],"user_properties":[]}'])
def test_a_body_of_another_shape_is_a_problem(body: bytes) -> None:
    with pytest.raises(Problem):
        as_batch(body, {})
