"""Prepared requests of the bench of ingest, in each dialect: events of about 400 bytes, as a shop's page sends them."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

BODIES = 200
VISITORS = 20_000
NEW = b"new-each-try"  # of the id of an event, as what was sent before is dropped


class Act(NamedTuple):
    """Says what one visitor did."""

    name: str
    visitor: str
    id: str
    at: datetime
    product: int

    @property
    def properties(self) -> dict[str, Any]:
        return {"product_id": f"p-{self.product}", "price": self.product / 7, "currency": "EUR", "quantity": 1}

    @property
    def page(self) -> dict[str, str]:
        return {"path": f"/products/{self.product}", "url": f"https://shop.example/products/{self.product}"}


Said = tuple[str, dict[str, Any]]
"""The path and the body in which some acts are told."""


def requests_of(events: int, key: str, bodies: int = BODIES, dialect: str = "segment") -> list[bytes]:
    """So many requests of so many events each."""
    chance = random.Random(7)
    now = datetime.now(UTC)
    return [_request(*DIALECTS[dialect]([_act(chance, now) for _ in range(events)], now), key) for _ in range(bodies)]


def _act(chance: random.Random, now: datetime) -> Act:
    product = chance.randrange(3000)
    return Act(
        chance.choice(["Product Viewed", "Product Added", "Checkout Started"]),
        f"visitor-{chance.randrange(VISITORS):08d}",
        f"{NEW.decode()}{chance.getrandbits(80):020x}",
        now - timedelta(milliseconds=chance.randrange(5000)),
        product,
    )


def _request(path: str, content: dict[str, Any], key: str) -> bytes:
    body = msgspec.json.encode(content)
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nX-Write-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def segment(acts: list[Act], now: datetime) -> Said:
    def call(act: Act) -> dict[str, Any]:
        return {
            "type": "track",
            "event": act.name,
            "anonymousId": act.visitor,
            "messageId": act.id,
            "timestamp": act.at.isoformat(timespec="milliseconds"),
            "properties": act.properties,
            "context": {"library": {"name": "analytics.js", "version": "2.1.0"}, "page": act.page},
        }

    return "/v1/batch", {"batch": list(map(call, acts)), "sentAt": now.isoformat()}


def posthog(acts: list[Act], now: datetime) -> Said:
    """As its library for node sends them."""

    def event(act: Act) -> dict[str, Any]:
        page = {"$current_url": act.page["url"], "$pathname": act.page["path"]}
        library = {"$lib": "posthog-node", "$lib_version": "5.70.0", "$is_server": True}
        return {
            "event": act.name,
            "distinct_id": act.visitor,
            "uuid": act.id,
            "timestamp": act.at.isoformat(timespec="milliseconds"),
            "properties": {**act.properties, **page, **library},
        }

    return "/batch/", {"api_key": "", "batch": list(map(event, acts)), "sent_at": now.isoformat()}


def ga4(acts: list[Act], now: datetime) -> Said:
    """Of one visitor, as all are in one request; it gives them no ids."""

    def event(act: Act) -> dict[str, Any]:
        micros = int(act.at.timestamp() * 1_000_000)
        params = {**act.properties, "page_location": act.page["url"], "session_id": act.id[-10:]}
        return {"name": act.name, "timestamp_micros": micros, "params": params}

    return "/mp/collect", {"client_id": acts[0].visitor, "events": list(map(event, acts))}


DIALECTS: dict[str, Callable[[list[Act], datetime], Said]] = {"segment": segment, "posthog": posthog, "ga4": ga4}
