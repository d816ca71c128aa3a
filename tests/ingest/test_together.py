"""Plain requests that are taken together: each is held to what it is held to alone, and the odd ones are given back.

That each comes to the same events and answers, the other tests of ingest show: they send this way too.
"""

import asyncio
import gzip
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from services.core.key import Kind, Right
from services.core.terms import Asked, Terms
from services.edges.broker import Broker
from services.edges.express import Head, Whole
from services.edges.record_batch import NotAccepted, Positions
from services.ingest.app import create_app
from services.ingest.body import INFLATED_BYTES
from services.ingest.calls import plainly, texts_are_clean
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.flat import Objects
from services.ingest.dialects.segment_plain import PlainBatch, PlainCall
from services.ingest.plain_request import PASSED_BY
from services.ingest.together import Together, failure_of
from tests.ingest.conftest import Installation, Passenger, installed, response_of

pytestmark = pytest.mark.asyncio

GIVEN_BACK = None
JSON = msgspec.json.encode


@dataclass
class Taking:
    """Hands several requests over at once."""

    ingest: Installation
    together: Together

    async def take(
        self, *bodies: bytes, key: str = "", headers: dict[bytes, bytes] | None = None, path: str = "/v1/batch"
    ) -> list[httpx.Response | None]:
        """What each is answered; None where it is given back."""
        told = [(b"x-write-key", (key or self.ingest.key).encode()), *(headers or {}).items()]
        about = self.together.about(Head(path, b"", told, "93.184.216.34"))
        assert about is not None
        passengers = [Passenger() for _ in bodies]
        pairs = zip(passengers, bodies, strict=True)
        self.together.take([Whole(passenger, about, body, 0) for passenger, body in pairs])
        answers = [await passenger.answer for passenger in passengers]
        return [response_of(answer) if answer else GIVEN_BACK for answer in answers]

    async def statuses(self, *bodies: bytes, **how: Any) -> list[int | None]:
        return [None if answer is None else answer.status_code for answer in await self.take(*bodies, **how)]


@pytest_asyncio.fixture
async def taking(ingest: Installation) -> Taking:
    return Taking(ingest, create_app(ingest.settings, ingest.keyring, ingest.publisher).together)


def track(id: str, **fields: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"type": "track", "event": "Bought", "anonymousId": "v", "messageId": id, "timestamp": now, **fields}


def batch(*calls: dict[str, Any], **head: Any) -> bytes:
    return JSON({"batch": calls, **head})


async def ids(ingest: Installation, count: int) -> set[str]:
    return {event.id for event in await ingest.events(count)}


async def test_requests_of_one_moment_are_all_taken_and_each_is_answered(taking: Taking) -> None:
    calls = [[track(f"{number}-{place}") for place in range(3)] for number in range(20)]

    answers = await taking.take(*(batch(*some) for some in calls), headers={b"origin": b"https://a.example"})

    for answer in answers:
        assert answer is not None
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert await ids(taking.ingest, 60) == {call["messageId"] for some in calls for call in some}


async def test_calls_of_all_kinds_keep_their_order(taking: Taking) -> None:
    kinds = ["page", "track", "identify", "track", "screen", "alias", "track"]
    calls = [{**track(str(place)), "type": kind, "previousId": "v"} for place, kind in enumerate(kinds)]

    assert await taking.statuses(batch(*calls), batch(track("last"))) == [200, 200]

    assert [(event.id, event.type) for event in await taking.ingest.events(8)] == [
        *((str(place), kind) for place, kind in enumerate(kinds)),
        ("last", "track"),
    ]


WATCHED = {"ip": "1.2.3.4", "userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
ODD = {
    "not JSON": b"{",
    "no batch": b"{}",
    "an empty batch": batch(),
    "no whole gzip": gzip.compress(batch(track("odd")))[:-1],
    "a bomb": gzip.compress(b"0" * (INFLATED_BYTES + 1)),
    "not UTF-8": batch(track("odd")).replace(b"Bought", b"Bou\xffht"),
    "nobody's": batch({**track("odd"), "anonymousId": ""}),
    "of no type": batch({**track("odd"), "type": "shout"}),
    "of long ago": batch(track("odd", timestamp="2019-01-01T00:00:00Z")),
    "of the future": batch(track("odd", timestamp="2999-01-01T00:00:00Z")),
    "a robot's": batch(track("odd", context=WATCHED)),
    "an e-mail address": batch(track("odd", properties={"note": "jane@mail.example"})),
    "a card": batch(track("odd", properties={"note": "4111 1111 1111 1111"})),
    "too deep": batch(track("odd", properties=msgspec.Raw(b'{"a":' * 20 + b"1" + b"}" * 20))),
    "too large a number": batch(track("odd", properties=msgspec.Raw(b'{"a":1e999}'))),
    "history": batch(track("odd"), historical=True),
    "sent again": batch(track("odd"), replayed=True),
    "a shared context": batch(track("odd"), context={"ip": "1.2.3.4"}),
    "taken before": batch(track("before")),
    "the same twice": batch(track("odd"), track("odd")),
    "too many": batch(*(track(f"odd {number}") for number in range(501))),
    "too long": batch(track("odd", properties={"note": "x" * 33_000})),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("place", [0, 3, 6])
async def test_whatever_is_odd_is_given_back_alone_and_nothing_is_done_with_it(
    taking: Taking, odd: bytes, place: int
) -> None:
    assert await taking.statuses(batch(track("before"))) == [200]
    bodies = [batch(track(f"usual {number}")) for number in range(6)]
    bodies.insert(place, odd)

    answers = await taking.statuses(*bodies)

    assert answers == [GIVEN_BACK if body is odd else 200 for body in bodies]
    assert await ids(taking.ingest, 7) == {"before", *(f"usual {number}" for number in range(6))}


@pytest.mark.parametrize("headers", [{b"content-encoding": b"GZIP"}, {b"content-type": b"text/plain"}])
async def test_gzip_is_taken_together_with_others_whether_a_header_says_so_or_not(
    taking: Taking, headers: dict[bytes, bytes]
) -> None:
    bodies = [gzip.compress(batch(track(f"{number}"))) for number in range(4)]

    assert await taking.statuses(*bodies, headers=headers) == [200] * 4

    assert await ids(taking.ingest, 4) == {"0", "1", "2", "3"}


async def test_what_is_no_gzip_though_it_says_so_is_given_back(taking: Taking) -> None:
    said = {b"content-encoding": b"gzip"}

    assert await taking.statuses(batch(track("odd")), headers=said) == [GIVEN_BACK]


async def test_bodies_that_are_much_more_inflated_are_taken_together_only_up_to_what_one_may_have(
    taking: Taking,
) -> None:
    large = [track(f"{number}", properties={"note": "x" * 8000}) for number in range(260)]
    bodies = [batch(*large[first : first + 20]) for first in range(0, 260, 20)]
    assert sum(map(len, bodies[1:])) < INFLATED_BYTES < sum(map(len, bodies))

    answers = await taking.statuses(*map(gzip.compress, bodies), batch(track("plain")))

    assert answers == [200] * 12 + [GIVEN_BACK, 200]


async def test_a_request_in_another_encoding_goes_its_ordinary_way(taking: Taking) -> None:
    said = [(b"x-write-key", taking.ingest.key.encode()), (b"content-encoding", b"br")]

    assert taking.together.about(Head("/v1/batch", b"", said, "93.184.216.34")) is None


@pytest.mark.parametrize("key", ["wk_unknown", "a read key's", "none"])
async def test_who_may_not_send_is_given_back(taking: Taking, key: str) -> None:
    secret = taking.ingest.keyring.create(Kind.READ, "shop")
    presented = {"a read key's": secret, "none": "\0"}.get(key, key)

    assert await taking.statuses(batch(track("m")), key=presented) == [GIVEN_BACK]
    await taking.ingest.records(0)


@pytest.mark.parametrize(
    ("terms", "headers", "context"),
    [
        (Terms(origins=("https://shop.example",)), {b"origin": b"https://other.example"}, {}),
        (Terms(gpc=Asked.DROP), {b"sec-gpc": b"1"}, {}),
        (Terms(dnt=Asked.ANONYMOUS), {}, {"dnt": True}),
        (Terms(), {b"origin": b"https://a.example", b"user-agent": b"Googlebot/2.1"}, {}),
    ],
    ids=["another origin", "a browser that asks", "a call that asks", "a robot"],
)
async def test_what_the_terms_of_a_key_speak_against_is_given_back(
    taking: Taking, terms: Terms, headers: dict[bytes, bytes], context: dict[str, Any]
) -> None:
    key = taking.ingest.keyring.create(Kind.WRITE, "shop", terms=terms)

    assert await taking.statuses(batch(track("m", context=context)), key=key, headers=headers) == [GIVEN_BACK]
    await taking.ingest.records(0)


async def test_what_is_beyond_a_rate_is_given_back_and_what_is_within_is_taken(taking: Taking) -> None:
    key = taking.ingest.keyring.create(Kind.WRITE, "shop", terms=Terms(rate=2))  # twenty at once

    answers = await taking.statuses(*(batch(track(f"{number}")) for number in range(40)), key=key)

    assert answers.count(200) == 20
    assert answers.count(GIVEN_BACK) == 20


async def test_names_beyond_those_a_project_may_have_are_given_back(taking: Taking) -> None:
    key = taking.ingest.keyring.create(Kind.WRITE, "shop", [Right.HISTORICAL], terms=Terms(event_names=2))
    bodies = [batch(track(f"{number}", event=f"event {number % 3}")) for number in range(6)]

    assert (await taking.statuses(*bodies, key=key)).count(200) == 4


async def test_where_no_more_can_be_held_each_is_told_to_come_back_as_often_as_it_does(
    broker: Broker, tmp_path: Path
) -> None:
    async with installed(broker, tmp_path, buffer_bytes=10) as ingest:
        taking = Taking(ingest, create_app(ingest.settings, ingest.keyring, ingest.publisher).together)

        bodies = batch(track("a")), batch(track("b"))
        answers = [*await taking.take(*bodies), *await taking.take(*bodies)]

        assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers if answer] == [(503, "1")] * 4


async def test_all_are_counted(taking: Taking) -> None:
    app = create_app(taking.ingest.settings, taking.ingest.keyring, taking.ingest.publisher)
    taking.together = app.together
    await taking.statuses(batch(track("a"), track("b")), batch(track("c")))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        text = (await client.get("/metrics")).text
    families = text_string_to_metric_families(text)
    counted = {sample.name: sample.value for family in families for sample in family.samples}
    assert counted["desireline_ingest_events_accepted_total"] == 3
    assert counted["desireline_ingest_requests_total"] == 2
    assert counted["desireline_ingest_acknowledge_seconds_count"] == 2


def capture(id: str, **properties: Any) -> dict[str, Any]:
    """As posthog-node sends an event."""
    now = datetime.now(UTC).isoformat()
    return {"event": "bought", "distinct_id": "v", "uuid": id, "timestamp": now, "properties": properties}


VIEWED = {"name": "view_item", "params": {"item_id": "p-1", "value": 9.5}}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/batch/", {"api_key": "k", "batch": [capture("a", price=9.5), capture("b")]}, [("bought", b'{"price":9.5}')]),
        ("/i/v0/e/", {**capture("c", price=9.5), "api_key": "k"}, [("bought", b'{"price":9.5}')]),
        ("/e/", [capture("d", token="k"), capture("e")], [("bought", b'{"token":"k"}')]),
        ("/batch", {"batch": [track("f", properties={"a": 1})]}, [("Bought", b'{"a":1}')]),
        ("/mp/collect", {"client_id": "v", "events": [VIEWED]}, [("view_item", b'{"item_id":"p-1","value":9.5}')]),
    ],
)
async def test_what_other_dialects_say_plainly_is_taken_with_others(
    taking: Taking, path: str, body: Any, said: list[tuple[str, bytes]]
) -> None:
    assert await taking.statuses(JSON(body), path=path) == [200]

    count = len(body.get("batch", [0])) if isinstance(body, dict) else len(body)
    events = [(event.name, bytes(event.props)) for event in await taking.ingest.events(count)]
    assert events == [*said, *[("bought", b"{}")] * (count - 1)]


@pytest.mark.parametrize(
    "body", [b64encode(JSON(capture("a"))), b"data=" + b64encode(gzip.compress(JSON(capture("a"))))]
)
async def test_what_may_hold_gzip_of_any_size_is_looked_at_alone(taking: Taking, body: bytes) -> None:
    assert await taking.statuses(body, path="/e/") == [GIVEN_BACK]


async def test_a_client_that_says_what_is_odd_is_not_translated_twice_each_time(taking: Taking) -> None:
    odd, plain = JSON(capture("a", nested={"b": 1})), [JSON(capture(str(number))) for number in range(PASSED_BY + 1)]

    assert await taking.statuses(odd, *plain, path="/e/") == [GIVEN_BACK, *[GIVEN_BACK] * PASSED_BY, 200]


async def test_what_goes_wrong_where_one_is_read_leaves_no_other_without_an_answer(
    taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(body: bytes, kind: str) -> PlainBatch | PlainCall | None:
        if b"odd" in body:
            raise RuntimeError("a fault of ours")
        return plainly(body, kind)

    monkeypatch.setattr("services.ingest.plain_request.plainly", stumbling)

    assert await taking.statuses(batch(track("a")), batch(track("odd"))) == [200, GIVEN_BACK]


async def test_what_goes_wrong_with_one_leaves_no_other_without_an_answer(
    taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(calls: Sequence[PlainCall], contents: Objects, surroundings: Surroundings) -> bool:
        if any(call.message_id == "odd" for call in calls):
            raise RuntimeError("a fault of ours")
        return texts_are_clean(calls, contents, surroundings)

    monkeypatch.setattr("services.ingest.together.texts_are_clean", stumbling)

    statuses = await taking.statuses(batch(track("a")), batch(track("odd")), batch(track("b")))

    assert statuses == [200, GIVEN_BACK, 200]
    assert await ids(taking.ingest, 2) == {"a", "b"}


@pytest.mark.parametrize("failure", [None, RuntimeError("a fault of ours"), NotAccepted("Kafka is away", 5)])
async def test_whatever_keeps_events_from_kafka_their_senders_are_told_to_send_again(failure: Exception | None) -> None:
    published: asyncio.Future[Positions] = asyncio.get_running_loop().create_future()
    published.cancel() if failure is None else published.set_exception(failure)

    told = failure_of(published)

    assert told is not None
    assert told.retry_after == (5 if isinstance(failure, NotAccepted) else 1)
