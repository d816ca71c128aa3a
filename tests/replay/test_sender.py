"""Sending to a server that answers as it likes: nothing lost, nothing out of order, no session closed too early."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiohttp import web

from services.replay.message import Outgoing, Target
from services.replay.sender import Sender, SendError
from services.replay.times import milliseconds

Answer = Callable[[int], Awaitable[web.Response]]


@dataclass
class Door:
    """A server with ingest's interface that keeps what it took; `answer` decides on each request by its number."""

    answer: Answer
    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    ended: int = 0
    requests: int = 0

    async def batch(self, request: web.Request) -> web.Response:
        body = msgspec.json.decode(await request.read())
        self.requests += 1
        response = await self.answer(self.requests)
        if response.status == 200:
            self.taken.append(body)
        return response

    async def end(self, _: web.Request) -> web.Response:
        self.ended += 1
        return web.json_response({"success": True})

    def ids(self) -> list[str]:
        return [item["messageId"] for body in self.taken for item in body["batch"]]


@asynccontextmanager
async def door(answer: Answer) -> AsyncIterator[Door]:
    opened = Door(answer)
    app = web.Application(client_max_size=1 << 21)
    app.router.add_post("/v1/batch", opened.batch)
    app.router.add_post("/v1/import/end", opened.end)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    opened.url = f"http://{host}:{port}"
    try:
        yield opened
    finally:
        await runner.cleanup()


async def fine(_: int) -> web.Response:
    return web.json_response({"success": True})


def events(count: int, visitors: int = 40) -> list[Outgoing]:
    return [
        Outgoing(1_000_000 + number, f"v{number % visitors}", b'{"messageId":"%010d"}' % number)
        for number in range(count)
    ]


async def test_every_event_arrives_once_and_each_visitor_s_in_order() -> None:
    sent = events(20_000)

    async with door(fine) as opened, Sender(Target(opened.url, "wk_x")) as sender:
        await sender.send(sent)
        await sender.end_import()

    arrived = opened.ids()
    by_visitor: dict[int, list[int]] = defaultdict(list)
    for number in map(int, arrived):
        by_visitor[number % 40].append(number)
    assert sorted(arrived) == [f"{number:010}" for number in range(20_000)]
    assert all(numbers == sorted(numbers) for numbers in by_visitor.values())
    assert opened.ended == 1
    assert sender.outcome.acknowledged == 20_000


async def test_the_watermark_never_passes_an_event_that_is_still_to_come() -> None:
    async def now_and_then_slow(request: int) -> web.Response:
        await asyncio.sleep(0.05 if request % 3 == 0 else 0)
        return await fine(request)

    async with door(now_and_then_slow) as opened, Sender(Target(opened.url, "wk_x")) as sender:
        await sender.send(events(20_000))

    assert all(body["historical"] for body in opened.taken)
    promised = 0
    for body in opened.taken:
        oldest = 1_000_000 + min(int(item["messageId"]) for item in body["batch"])
        promised = max(promised, milliseconds(body["watermark"]))
        assert promised <= oldest


async def test_a_refusal_for_now_is_tried_again_until_it_is_taken() -> None:
    async def every_other_time(request: int) -> web.Response:
        if request % 4 == 0:
            return web.Response(status=503, headers={"Retry-After": "0"})
        if request % 4 == 1:
            return web.Response(status=429, headers={"Retry-After": "0"})
        return await fine(request)

    async with door(every_other_time) as opened, Sender(Target(opened.url, "wk_x")) as sender:
        await sender.send(events(10_000))

    assert sorted(opened.ids()) == [f"{number:010}" for number in range(10_000)]


async def test_a_refusal_for_good_ends_the_sending_with_a_sentence() -> None:
    async def unknown_key(_: int) -> web.Response:
        return web.json_response({"title": "Unknown key"}, status=401, content_type="application/problem+json")

    async with door(unknown_key) as opened, Sender(Target(opened.url, "wk_x")) as sender:
        with pytest.raises(SendError, match=r"refused with 401: Unknown key\. Give a write key"):
            await sender.send(events(1_000))


async def test_single_refused_events_are_counted_and_shown() -> None:
    async def one_is_bad(_: int) -> web.Response:
        return web.json_response({"success": True, "refused": [{"index": 1, "reason": "clock", "detail": "too old"}]})

    async with door(one_is_bad) as opened, Sender(Target(opened.url, "wk_x")) as sender:
        await sender.send(events(10, visitors=1))

    assert (sender.outcome.acknowledged, sender.outcome.refused) == (9, 1)
    assert sender.outcome.examples == [{"reason": "clock", "detail": "too old", "body": '{"messageId":"0000000001"}'}]


async def test_live_events_carry_the_time_of_sending_and_no_watermark() -> None:
    async with door(fine) as opened, Sender(Target(opened.url, "wk_x"), historical=False) as sender:
        await sender.send(events(3, visitors=1))

    [body] = opened.taken
    assert set(body) == {"sentAt", "batch"}
