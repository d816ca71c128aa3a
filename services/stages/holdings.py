"""The partitions this worker holds: taken on as their last checkpoint left them, let go with a last one.

The database says where to go on, since the group's committed offset may be behind it.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

import stamina
from faust.types import TP

from services.core.claim import OWED_FOR, Claimed, claim, owing
from services.core.key_hash import key_hash
from services.core.pipeline import Pipeline
from services.core.rows import StateRow, UnfinishedRow
from services.core.visitor_state import beliefs, believed
from services.edges.clickhouse_errors import StoreRefused, StoreUnavailable
from services.stages.agent import now
from services.stages.checkpoint import Checkpoint
from services.stages.store import Store
from services.stages.writes import LONGEST_BACK_OFF, TakenOver

T = TypeVar("T")

log = logging.getLogger(__name__)

LET_GO_WITHIN = timedelta(seconds=5)
"""Longest wait for the last checkpoint: below the session time-out, and within the 10 s of a SIGTERM."""

LOOK_AGAIN_AFTER = timedelta(seconds=90)
"""By then no insert of the last owner is under way any more, since ours give up after 60 s (`clickhouse_clients`).
But one may have been frozen right before it: so again, each time after twice as long.
"""


class Taken(NamedTuple):
    """What was found of a partition that is ours now."""

    claimed: Claimed
    states: list[StateRow]
    unfinished: list[UnfinishedRow]


class Holdings:
    """Answers Faust's rebalancing (`services.edges.faust_transport.Positions`)."""

    def __init__(self, pipeline: Pipeline, store: Store, checkpoint: Checkpoint, log_id: str) -> None:
        self._pipeline = pipeline
        self._store = store
        self._checkpoint = checkpoint
        self._log_id = log_id
        self._looks: dict[int, asyncio.Task[None]] = {}

    async def take_on(self, partitions: set[TP], count: int) -> Mapping[TP, int]:
        self._checkpoint.start()
        numbers = sorted(tp.partition for tp in partitions)
        taken = {one.claimed.position.partition: one for one in await _patiently(lambda: self._claim(numbers, count))}
        for one in taken.values():
            self._hold(one)
        return {tp: taken[tp.partition].claimed.position.next_offset for tp in partitions}

    def _claim(self, partitions: list[int], count: int) -> list[Taken]:
        """Claim first, then read: from then on nobody else's checkpoint counts."""
        claims = claim(self._store.positions(), self._log_id, partitions, count, secrets.token_hex(8))
        if self._store.is_shared:
            moment = now()
            claims = [owing(one, moment) for one in claims]
        self._store.insert("positions", [one.position for one in claims])
        unfinished = self._unfinished(claims)
        taken = [
            Taken(one, list(self._store.states(one.position, one.finished)), unfinished[one.position.partition])
            for one in claims
        ]
        if told := [row for one in taken for row in beliefs(one.claimed, one.states)]:
            self._store.insert("believed", told)
        if again := [row for one in taken for row in believed(*one)]:
            self._store.insert("session_state", again)
        return taken

    def _unfinished(self, claims: Sequence[Claimed]) -> dict[int, list[UnfinishedRow]]:
        """What was left to each of our partitions."""
        left = {one for claimed in claims for one in claimed.left}
        found: dict[int, list[UnfinishedRow]] = {one.position.partition: [] for one in claims}
        for row in self._store.unfinished([one for one in left if not one.elsewhere]):
            found[row.partition].append(row)
        for row in self._store.unfinished([one for one in left if one.elsewhere]):
            place = key_hash(row.visitor) % claims[0].position.partitions
            if place in found:
                found[place].append(row)
        return found

    def _hold(self, taken: Taken) -> None:
        position, before = taken.claimed.position, taken.claimed.before
        self._pipeline.assign(position.partition, position, taken.states, taken.unfinished)
        self._checkpoint.hold(position)
        log.info(
            "Partition %s goes on at offset %s with %s states; %s rows of an unfinished checkpoint",
            position.partition,
            position.next_offset,
            len(taken.states),
            len(taken.unfinished),
        )
        if before is not None and before.partitions != position.partitions:
            log.warning(
                "The topic had %s partitions and has %s: visitors have moved between them. A session that was open at "
                "that moment may be stored as two. Add partitions when few visitors are about.",
                before.partitions,
                position.partitions,
            )
        if self._store.is_shared:
            look = asyncio.get_running_loop().create_task(self._look_again(taken.claimed))
            self._looks[position.partition] = look

    async def _look_again(self, claimed: Claimed) -> None:
        """Take back what others wrote after we had looked: a slow database may finish an insert late."""
        pause = LOOK_AGAIN_AFTER
        while pause < OWED_FOR:
            await asyncio.sleep(pause.total_seconds())
            # Between checkpoints: what one has taken and not yet written again would look like the last owner's.
            async with self._checkpoint.between():
                try:
                    found = await _patiently(lambda: self._unfinished([claimed]))
                except StoreRefused as error:
                    log.error("Could not look for what the last owner of a partition still wrote: %s", error)
                    return
                self._pipeline.take_back(claimed.position.partition, found[claimed.position.partition])
            self._checkpoint.changed()
            pause *= 2

    async def let_go(self, partitions: set[TP]) -> None:
        """Write a last checkpoint if the database lets us; without it the next owner reads the same events again."""
        if not partitions:
            return
        try:
            await asyncio.wait_for(self._checkpoint.write(), LET_GO_WITHIN.total_seconds())
        except TimeoutError:
            log.warning("The last checkpoint could not be written within %s: is the database away?", LET_GO_WITHIN)
        except TakenOver as error:
            log.warning("%s", error)
        finally:
            self._checkpoint.stop()
            for tp in partitions:
                self._checkpoint.release(tp.partition)
                self._pipeline.release(tp.partition)
                if look := self._looks.pop(tp.partition, None):
                    look.cancel()


async def _patiently(read: Callable[[], T]) -> T:
    """Until the database answers: before that no event can be taken in."""
    async for attempt in stamina.retry_context(
        StoreUnavailable, attempts=None, timeout=None, wait_max=LONGEST_BACK_OFF.total_seconds()
    ):
        with attempt:
            return await asyncio.to_thread(read)
    raise AssertionError("unreachable: the attempts do not end")
