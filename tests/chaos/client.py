"""The ledger client: many visitors over several connections, retried with the same ids until a 2xx, and only then
entered into the ledger.
"""

import asyncio
import contextlib
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable
from typing import Self

import aiohttp

from services.replay.times import rfc3339
from tests.chaos.ledger import Ledger
from tests.chaos.visitors import Kind, Parcel, Passers, history

LANES = 16
BATCH = 60
LIVE_EVERY = 10
"""One visit of somebody who is here now for so many batches of history."""
GIVE_UP_SECONDS = 300.0
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Lane:
    """The way of some visitors: one request at a time, so that nobody's events overtake each other unasked."""

    def __init__(self) -> None:
        self.open: list[Parcel] = []
        self.under_way: deque[list[Parcel]] = deque()  # oldest first
        self.queue: asyncio.Queue[list[Parcel] | None] = asyncio.Queue(maxsize=2)

    @property
    def oldest(self) -> int | None:
        """Of history that is not acknowledged yet: whose turn it was first."""
        waiting = [one for parcels in (*self.under_way, self.open) for one in parcels if one.kind is Kind.HISTORY]
        return min((one.due for one in waiting), default=None)

    async def send(self, parcels: list[Parcel]) -> None:
        self.under_way.append(parcels)
        await self.queue.put(parcels)

    async def flush(self) -> None:
        if self.open:
            parcels, self.open = self.open, []
            await self.send(parcels)


class Client:
    """Sends without end, until told that it is enough; then all that is under way gets its 2xx."""

    def __init__(self, url: str, key: str, ledger: Ledger, seed: int) -> None:
        self.url = url
        self.ledger = ledger
        self.answers: Counter[str] = Counter()
        self._key = key
        self._lanes = [Lane() for _ in range(LANES)]
        since = int((time.time() - 60 * 86_400) * 1000)
        self._history = history(seed, since)
        self._passers = Passers(seed)
        self._due = 0
        self._acknowledged_at = 0.0

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=60),
            connector=aiohttp.TCPConnector(limit=LANES),
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def run(self, rate: float, enough: Callable[[], bool]) -> None:
        """Send so many events a second; end the import when the last one is acknowledged."""
        self._acknowledged_at = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(self._work(lane))
            await self._distribute(rate, enough)
        await self._post("/v1/import/end", b"{}")

    async def _distribute(self, rate: float, enough: Callable[[], bool]) -> None:
        began, sent = time.monotonic(), 0
        while not enough():
            sent += await self._send_history()
            sent += await self._send_live()
            # Behind after a disaster, it goes on at its rate: it is not the burst that is tried here.
            ahead = sent / rate - (time.monotonic() - began)
            if ahead < -1.0:
                began -= ahead
            await asyncio.sleep(max(ahead, 0.0))
        for lane in self._lanes:
            await lane.flush()
            await lane.queue.put(None)

    async def _send_history(self) -> int:
        """Draw until enough requests are full for one live visit."""
        requests = events = 0
        for parcel in self._history:
            self._due = parcel.due
            lane = self._lane(parcel)
            events += len(parcel.events)
            if parcel.kind is Kind.LATE:
                await lane.send([parcel])
                continue
            lane.open.append(parcel)
            if len(lane.open) == BATCH:
                await lane.flush()
                requests += 1
            if requests == LIVE_EVERY:
                break
        for lane in self._lanes:
            # One old event left lying would hold the watermark, and every session, back.
            await lane.flush()
        return events

    async def _send_live(self) -> int:
        parcels = self._passers.visit(time.time_ns() // 1_000_000)
        for parcel in parcels:
            await self._lane(parcel).send([parcel])
        return sum(len(parcel.events) for parcel in parcels)

    def _lane(self, parcel: Parcel) -> Lane:
        return self._lanes[zlib.crc32(parcel.events[0].visitor.encode()) % LANES]

    async def _work(self, lane: Lane) -> None:
        while (parcels := await lane.queue.get()) is not None:
            calls = [event.body for parcel in parcels for event in parcel.events]
            await self._post("/v1/batch", self._body(parcels, calls))
            self.ledger.enter(calls)
            lane.under_way.popleft()

    def _body(self, parcels: list[Parcel], calls: list[bytes]) -> bytes:
        if parcels[0].kind is Kind.LIVE:
            return b'{"batch":[%s]}' % b",".join(calls)
        # Nothing of before this turn is still to come, except what is delayed within the allowance, and the late.
        turns = [oldest for lane in self._lanes if (oldest := lane.oldest) is not None]
        watermark = rfc3339(min(turns, default=self._due)).encode()
        return b'{"historical":true,"watermark":"%s","batch":[%s]}' % (watermark, b",".join(calls))

    async def _post(self, path: str, body: bytes) -> None:
        """Until a 2xx. Raises AssertionError where the server refuses, or takes nothing for a long time."""
        while True:
            reason = await self._try(path, body)
            if not reason:
                self._acknowledged_at = time.monotonic()
                return
            self.answers[reason] += 1
            silent = time.monotonic() - self._acknowledged_at
            assert silent < GIVE_UP_SECONDS, f"ingest took nothing for {silent:.0f} s: {reason}"
            await asyncio.sleep(0.3)

    async def _try(self, path: str, body: bytes) -> str:
        """Why it must be sent again, "" where it got its 2xx."""
        with contextlib.suppress(TimeoutError):
            try:
                async with self._session.post(self.url + path, data=body) as response:
                    said = await response.text()
                    if response.status in TRY_AGAIN:
                        return str(response.status)
                    assert response.status == 200, f"{path} was answered {response.status}: {said}"
                    assert '"refused"' not in said, f"events were refused: {said}"
                    self.answers["200"] += 1
                    return ""
            except (aiohttp.ClientError, ConnectionError) as error:
                return type(error).__name__
        return "TimeoutError"
