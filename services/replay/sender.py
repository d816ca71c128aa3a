"""Posts events over a few keep-alive connections without ever losing one, or closing a session too early.

A visitor's events always take the same lane, and a lane posts one batch at a time: so they stay in order.
"""

import asyncio
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import aiohttp

from services.replay.message import Outgoing, Target

_BATCH_EVENTS = 500  # what ingest takes in one body at most,
_BATCH_BYTES = 450_000  # and Segment's limit of bytes, with room for the frame
_LANES = 32
_TIDY_EVERY = 4 * _LANES * _BATCH_EVENTS  # events read between flushes of half-filled batches (see `Sender._tidy`)
_GIVE_UP = 300.0  # seconds without a single acknowledgement
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # between tries, where the server names none
_EXAMPLES = 10
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class SendError(Exception):
    """The server cannot be reached or will never take these events; the message says which and what to do."""


@dataclass
class Outcome:
    """What became of the events sent so far."""

    acknowledged: int = 0
    refused: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)  # of the refused: reason, detail, body

    def refuse(self, event: Outgoing, reason: str, detail: str) -> None:
        self.refused += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append({"reason": reason, "detail": detail, "body": event.body.decode()})


class _Lane:
    """The way of some visitors' events: batches wait their turn, one at a time is on the wire."""

    def __init__(self) -> None:
        self.open: list[Outgoing] = []
        self.bytes = 0
        self.under_way: list[list[Outgoing]] = []  # queued or on the wire, oldest first
        self.queue: asyncio.Queue[list[Outgoing] | None] = asyncio.Queue(maxsize=1)

    @property
    def oldest(self) -> int | None:
        """When the first event happened that is not acknowledged yet."""
        batch = self.under_way[0] if self.under_way else self.open
        return batch[0].at if batch else None

    def add(self, event: Outgoing) -> bool:
        """Take an event; True when the batch is full."""
        self.open.append(event)
        self.bytes += len(event.body) + 1
        return len(self.open) == _BATCH_EVENTS or self.bytes >= _BATCH_BYTES

    async def flush(self) -> None:
        if self.open:
            batch, self.open, self.bytes = self.open, [], 0
            self.under_way.append(batch)
            await self.queue.put(batch)


class Sender:
    """Posts events to one installation. With `historical` they may be of any age and carry the watermark."""

    def __init__(
        self, target: Target, *, historical: bool = True, on_acknowledged: Callable[[Outcome], None] | None = None
    ) -> None:
        self.outcome = Outcome()
        self._url = target.url.rstrip("/")
        self._key = target.key
        self._historical = historical
        self._on_acknowledged = on_acknowledged
        self._lanes: list[_Lane] = []
        self._progress_at = 0.0

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=60)
        self._session = aiohttp.ClientSession(
            timeout=timeout,
            connector=aiohttp.TCPConnector(limit=_LANES),
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, events: Iterable[Outgoing]) -> None:
        """Post events, given in the order of time, and return when the last one is acknowledged.

        Raises SendError; what was acknowledged until then stays so.
        """
        self._progress_at = _now()
        self._lanes = [_Lane() for _ in range(_LANES)]
        try:
            async with asyncio.TaskGroup() as tasks:
                for lane in self._lanes:
                    tasks.create_task(self._post_lane(lane))
                await self._distribute(events)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # the first to fail ended the others

    async def end_import(self) -> None:
        """Say that no more history comes: from now on the project's sessions close by the clock again."""
        self._progress_at = _now()
        await self._post("/v1/import/end", b"{}")

    async def _distribute(self, events: Iterable[Outgoing]) -> None:
        for count, event in enumerate(events, 1):
            lane = self._lanes[zlib.crc32(event.visitor.encode()) % _LANES]
            if lane.add(event):
                await lane.flush()
                await asyncio.sleep(0)  # the source may never wait: let answers in between
            if count % _TIDY_EVERY == 0:
                await self._tidy()
        await self._tidy()
        for lane in self._lanes:
            await lane.queue.put(None)

    async def _tidy(self) -> None:
        """Send half-filled batches too: one old event left lying would hold the watermark, and every session, back."""
        for lane in self._lanes:
            await lane.flush()

    async def _post_lane(self, lane: _Lane) -> None:
        while (batch := await lane.queue.get()) is not None:
            answer = await self._post("/v1/batch", self._frame(batch))
            lane.under_way.pop(0)
            self._count(batch, answer)

    def _frame(self, batch: list[Outgoing]) -> bytes:
        items = b",".join([event.body for event in batch])
        if not self._historical:
            return b'{"sentAt":"%s","batch":[%s]}' % (_rfc3339(datetime.now(UTC)), items)
        # The low watermark: nothing older than this is still to come, whatever the other lanes have under way.
        low = min(oldest for lane in self._lanes if (oldest := lane.oldest) is not None)
        watermark = _rfc3339(datetime.fromtimestamp(low / 1000, UTC))
        return b'{"historical":true,"watermark":"%s","batch":[%s]}' % (watermark, items)

    def _count(self, batch: list[Outgoing], answer: dict[str, Any]) -> None:
        refused = answer.get("refused", [])
        for item in refused:
            self.outcome.refuse(batch[item["index"]], item["reason"], item.get("detail", ""))
        self.outcome.acknowledged += len(batch) - len(refused)
        if self._on_acknowledged is not None:
            self._on_acknowledged(self.outcome)

    async def _post(self, path: str, body: bytes) -> dict[str, Any]:
        tries = 0
        while True:
            pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
            try:
                async with self._session.post(self._url + path, data=body) as response:
                    if response.status == 200:
                        self._progress_at = _now()
                        return dict(await response.json(content_type=None))
                    if response.status not in _TRY_AGAIN:
                        raise SendError(await self._refusal(path, response))
                    reason = f"answers {response.status}"
                    pause = _retry_after(response, pause)
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = f"cannot be reached ({error or type(error).__name__})"
            self._check_patience(reason)
            tries += 1
            await asyncio.sleep(pause)

    def _check_patience(self, reason: str) -> None:
        if _now() - self._progress_at > _GIVE_UP:
            raise SendError(
                f"{self._url} {reason} and took nothing for {_GIVE_UP:.0f} s. {self.outcome.acknowledged} events are"
                " stored. See why there, then send the same again: what is stored already counts once."
            )

    async def _refusal(self, path: str, response: aiohttp.ClientResponse) -> str:
        said = await response.text()
        with suppress(ValueError, AttributeError):
            problem = await response.json(content_type=None)
            said = problem.get("detail") or problem.get("title") or said
        remedy = " Give a write key of this installation (desireline keys)." if response.status in {401, 403} else ""
        return f"POST {self._url}{path} was refused with {response.status}: {said[:300].rstrip('.')}.{remedy}"


def _retry_after(response: aiohttp.ClientResponse, otherwise: float) -> float:
    try:
        return min(max(float(response.headers["Retry-After"]), 0.0), 60.0)
    except (KeyError, ValueError):
        return otherwise


def _rfc3339(moment: datetime) -> bytes:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()


def _now() -> float:
    return asyncio.get_running_loop().time()
