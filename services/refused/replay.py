"""Sends refused events again through ingest, and marks those that were taken.

Any number of times: an event has its id, and what is refused again stays as it was.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import aiohttp
import stamina

from services.edges.refused import Refused, Wanted
from services.refused.call import Call, CannotBeSent, call_of
from services.refused.shelf import Shelf
from services.replay.sender import SendError

BATCH_CALLS = 100  # of 64 KB at most, but a few large ones must not pass ingest's limit:
BATCH_BYTES = 450_000
GIVE_UP_SECONDS = 300.0

KeyOf = Callable[[str, bool], str]
"""The write key of a project; with the right to send history where that is asked. Raises SendError."""


@dataclass
class Replayed:
    """What became of what was sent again: counts, by reason where they were refused, with an example each."""

    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unsendable: int = 0
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.taken + self.refused.total() + self.unsendable


class TryAgain(Exception):
    """Ingest asks to be asked again later, or does not answer now."""


Item = tuple[Refused, Call]


class Replay:
    """Sends what is on a shelf to one installation."""

    def __init__(self, shelf: Shelf, url: str, key_of: KeyOf, tell: Callable[[Replayed], None]) -> None:
        self.outcome = Replayed()
        self._shelf = shelf
        self._url = f"{url.rstrip('/')}/v1/batch"
        self._key_of = key_of
        self._tell = tell

    async def run(self, wanted: Wanted) -> Replayed:
        """Oldest first, until nothing is left. Raises SendError or StoreError; what was taken until then is marked."""
        last: Refused | None = None
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while events := await self._shelf.after(wanted, last, BATCH_CALLS):
                last = events[-1]
                for batch in self._batches(events):
                    await self._send(session, batch)
                    self._tell(self.outcome)
        return self.outcome

    def _batches(self, events: Sequence[Refused]) -> Iterator[list[Item]]:
        """Of one project and kind each; history in the order of its time, which is its clock."""
        items = sorted(self._items(events), key=lambda item: (item[0].project, item[1].historical, item[1].at))
        for _, alike in groupby(items, key=lambda item: (item[0].project, item[1].historical)):
            batch: list[Item] = []
            for item in alike:
                if batch and sum(len(call.body) for _, call in batch) + len(item[1].body) > BATCH_BYTES:
                    yield batch
                    batch = []
                batch.append(item)
            yield batch

    def _items(self, events: Sequence[Refused]) -> Iterator[Item]:
        for refused in events:
            try:
                if not refused.project:
                    raise CannotBeSent("it belongs to no project")
                yield refused, call_of(refused)
            except CannotBeSent as error:
                self.outcome.unsendable += 1
                self.outcome.examples.setdefault("unsendable", str(error))

    async def _send(self, session: aiohttp.ClientSession, batch: list[Item]) -> None:
        refused, call = batch[0]
        headers = {"Authorization": f"Bearer {self._key_of(refused.project, call.historical)}"}
        body = b'{"replayed":true,"historical":%s,"batch":[%s]}' % (
            b"true" if call.historical else b"false",
            b",".join(call.body for _, call in batch),
        )
        again = {one["index"]: one for one in (await self._post(session, headers, body)).get("refused", [])}
        await self._shelf.replayed([event for index, (event, _) in enumerate(batch) if index not in again])
        self.outcome.taken += len(batch) - len(again)
        for one in again.values():
            self.outcome.refused[one["reason"]] += 1
            self.outcome.examples.setdefault(one["reason"], one["detail"])

    async def _post(self, session: aiohttp.ClientSession, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        try:
            async for attempt in stamina.retry_context(TryAgain, attempts=None, timeout=GIVE_UP_SECONDS, wait_max=5.0):
                with attempt:
                    return await self._post_once(session, headers, body)
        except TryAgain as error:
            raise SendError(
                f"{self._url} {error} for {GIVE_UP_SECONDS:.0f} s. See why there, then replay again: what was taken is"
                " marked, and counts once."
            ) from None
        raise AssertionError("unreachable: the last attempt raises")

    async def _post_once(self, session: aiohttp.ClientSession, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        try:
            async with session.post(self._url, data=body, headers=headers) as response:
                if response.status == 200:
                    return dict(await response.json(content_type=None))
                said = (await response.text())[:300]
                if response.status in {408, 429} or response.status >= 500:
                    raise TryAgain(f"answers {response.status}: {said}")
                raise SendError(f"{self._url} refused the whole batch with {response.status}: {said}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise TryAgain(f"cannot be reached ({error or type(error).__name__})") from None
