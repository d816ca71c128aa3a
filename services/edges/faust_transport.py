"""Faust's Kafka transport, delivering one message a partition and fetch instead of one a record.

Stock Faust spends 72-90 microseconds on each message whatever its settings, so a message here carries a whole fetch.
These are underscore methods of faust-streaming 0.15.3: tests/edges/test_faust_transport.py says when they change.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import faust
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import ConsumerStoppedError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.tables import TableManager
from faust.transport.consumer import ensure_TP
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, ConsumerMessage, EventT, Message
from yarl import URL

from services.edges.bare_records import hand_out_bare

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How long a fetch without records is waited for before the loop looks whether it must stop."""


class Positions(Protocol):
    """Knows how far each partition has been applied. Faust's committed offset is only a hint of that."""

    async def take_on(self, partitions: set[TP], count: int) -> Mapping[TP, int]:
        """The next offset of each partition newly ours, of a topic of `count`. May be cancelled and asked again."""
        ...

    async def let_go(self, partitions: set[TP]) -> None:
        """Store and acknowledge what was delivered: the partitions are taken from us when this returns."""
        ...


class LogTruncated(Exception):
    """A partition ends before the offset up to which it has been applied."""

    def __init__(self, partition: TP, position: int, end: int) -> None:
        super().__init__(
            f"Partition {partition.partition} of topic {partition.topic} ends at offset {end}, but has been applied "
            f"up to {position}: the log lost records (an unclean leader election, a restored backup). "
            "Start this worker anew: where the topic was recreated, it goes on with the new log. Where it was not, "
            "give the topic a new name or recreate it, so that it counts as a new log."
        )


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, with our waiting time and without dying of a commit."""

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        assert isinstance(transport, Transport)
        # Faust hard-codes 1500 ms. A broker that does not wake a waiting fetch would delay every event by it.
        consumer._fetch_max_wait_ms = transport.fetch_wait_ms
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        hand_out_bare(self._ensure_consumer())

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        # Faust crashes the app when a commit fails. Ours is only a hint (`Positions` is the truth): the next will do.
        consumer = self._ensure_consumer()
        ours = {
            driver.ensure_aiokafka_TP(tp): OffsetAndMetadata(offset, "")
            for tp, offset in offsets.items()
            if tp in self.assignment()
        }
        try:
            await consumer.commit(ours)
        except KafkaError as error:
            log.warning("Kafka did not take the offsets %s (%s); the next commit will carry them", ours, error)
            return False
        return True

    def topic_partitions(self, topic: str) -> int | None:
        # Not Faust's own: it asks the coordinator, which does not know where a static member rejoins.
        known = self._ensure_consumer().partitions_for_topic(topic)
        return len(known) if known else None

    def last_answer(self, tp: TP) -> tuple[int, int] | None:
        """The end offset of a partition and when, in Unix milliseconds, a fetch last told it."""
        consumer = self._ensure_consumer()
        end, at = consumer.highwater(tp), consumer.last_poll_timestamp(tp)
        return None if end is None or at is None else (end, at)


class Consumer(driver.Consumer):
    """Faust's consumer, delivering fetches. What is not acknowledged in the order of delivery is not committed."""

    transport: "Transport"
    _thread: ConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next: dict[TP, int] = {}  # the offset each partition must go on with
        self._delivered: dict[TP, deque[int]] = defaultdict(deque)  # last offsets of fetches not yet committed
        self._doubted: dict[TP, int] = {}  # where a gap has been seen once

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def verify_all_partitions_active(self) -> None:
        """Faust's look for what is stuck, left out: it crashes the app where a position is just being sought.

        It only logs, and `services/stages/watch.py` holds what was read against the log's end.
        """

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                records, _ = await self._wait_next_records(POLL_SECONDS)
                await self._deliver(records or {})
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    async def _deliver(self, records: Mapping[Any, Sequence[ConsumerRecord]]) -> None:
        for topic_partition, fetched in records.items():
            tp = ensure_TP(topic_partition)
            if not self.flow_active:
                return  # a rebalance: the seek at its end brings these records again, to whomever they belong
            if following := await self._following(tp, fetched):
                await self._hand_over(tp, following)

    async def _following(self, tp: TP, fetched: Sequence[ConsumerRecord]) -> Sequence[ConsumerRecord]:
        """The records from the expected offset on; none while that offset has to be sought first."""
        if tp not in self._next:
            await self.perform_seek()
            return []
        first, expected = fetched[0].offset, self._next[tp]
        if first < expected:
            await self._refuse_shortened(tp, expected)
        if first > expected and self._doubted.get(tp) != expected:
            # A fetch may have been taken before a seek, or lost with a cancelled task: a gap must show twice.
            self._doubted[tp] = expected
            await self.seek_wait({tp: expected})
            return []
        if first > expected:
            await self._say_gap(tp, expected, first)
        # `>=`: after a seek the expected offset *is* the next record.
        return fetched if first >= expected else [record for record in fetched if record.offset >= expected]

    async def _refuse_shortened(self, tp: TP, expected: int) -> None:
        """Records from before our position come where a fetch overlaps, and where the log became another beneath us."""
        answer = self._thread.last_answer(tp)
        if answer is not None and answer[0] < expected:
            await self.let_go_all()  # what was read of the log that is gone cannot be read again
            raise LogTruncated(tp, expected, answer[0])

    async def _say_gap(self, tp: TP, expected: int, first: int) -> None:
        begins = (await self.earliest_offsets(tp)).get(tp, 0)
        if begins > expected:
            log.error(
                "Offsets %s to %s of %s were deleted before they were read: those events are lost. "
                "Kafka's retention is too short for how far behind this worker was.", expected, begins - 1, tp
            )  # fmt: skip
        else:
            log.info("Offsets %s to %s of %s never held an event", expected, first - 1, tp)

    async def _hand_over(self, tp: TP, records: Sequence[ConsumerRecord]) -> None:
        message = self._to_fetch(tp, records)
        self._delivered[tp].append(message.offset)
        # The callback waits while the agent's queue is full; a rebalance must not wait for it.
        await self.wait_first(self.callback(message), self.suspend_flow.wait())
        if self.flow_active:
            self._next[tp] = message.offset + 1

    def _to_fetch(self, tp: TP, records: Sequence[ConsumerRecord]) -> ConsumerMessage:
        last = records[-1]
        return ConsumerMessage(
            topic=tp.topic,
            partition=tp.partition,
            offset=last.offset,
            timestamp=last.timestamp / 1000,
            timestamp_type=last.timestamp_type,
            headers=None,
            key=None,
            value=records,  # type: ignore[arg-type]  # bytes in stock Faust; `Fetch` hands it through
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    def on_buffer_full(self, tp: TP) -> None:
        """Leave the partition active: with all of them inactive Faust would sleep for a second.

        There is one queue and one agent, so a full queue makes `_hand_over` wait, and that is enough.
        """

    def _new_offset(self, tp: TP) -> int | None:
        # Not Faust's own: it takes offsets for consecutive and fills gaps up to messages that are not done.
        acknowledged, delivered = self._acked_index[tp], self._delivered[tp]
        self._acked[tp].clear()
        end = None
        while delivered and delivered[0] in acknowledged:
            acknowledged.remove(delivered[0])
            end = delivered.popleft() + 1
        return end

    async def perform_seek(self) -> None:
        """Seek to our own positions instead of the group's committed offsets."""
        assigned = self.assignment()
        if new := assigned - self._next.keys():
            count = self.topic_partitions(next(iter(new)).topic)
            assert count, "Kafka told the partitions of a topic with their assignment"
            starts = await self.transport.positions.take_on(new, count)
            await self._refuse_truncated(starts)
            self._next.update(starts)
        await self.seek_wait({tp: self._next[tp] for tp in assigned})
        for tp in assigned:
            # Else Faust ignores acknowledgements below a commit that was further on than our position.
            self._committed_offset[tp] = None

    async def _refuse_truncated(self, starts: Mapping[TP, int]) -> None:
        for tp, end in (await self.highwaters(*starts)).items():
            if starts[ensure_TP(tp)] > end:
                raise LogTruncated(ensure_TP(tp), starts[ensure_TP(tp)], end)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop delivering, store, commit, forget: in that order, and before Faust drops its own notes."""
        await self._let_go(revoked)
        await super().on_partitions_revoked(revoked)

    async def let_go_all(self) -> None:
        """The same when nobody asks for the partitions: before the app stops."""
        await self._let_go(set(self._next))

    async def _let_go(self, partitions: set[TP]) -> None:
        self.stop_flow()
        self.app.flow_control.suspend()
        await self.transport.positions.let_go(partitions)
        await self._commit_briefly()
        for notes in (self._next, self._delivered, self._doubted):
            for tp in partitions:
                notes.pop(tp, None)

    async def _commit_briefly(self) -> None:
        try:
            await asyncio.wait_for(self.commit(), timeout=POLL_SECONDS)
        except TimeoutError:
            log.warning("Kafka did not take the last offsets within %s s; they are only a hint", POLL_SECONDS)

    def caught_up(self, tp: TP, next_offset: int, since: int) -> bool:
        """Has all that the partition held at `since` (Unix milliseconds) come before `next_offset`?"""
        answer = self._thread.last_answer(tp)
        return answer is not None and next_offset >= answer[0] and answer[1] >= since


class Transport(driver.Transport):
    """Carries whole fetches from Kafka to a Faust app: `app.transport = Transport(urls, app, …)`, before any agent."""

    Consumer = Consumer

    def __init__(self, url: list[URL], app: AppT, positions: Positions, fetch_wait_ms: int) -> None:
        super().__init__(url, app)
        self.positions = positions
        self.fetch_wait_ms = fetch_wait_ms


class NoTables(TableManager):
    """Starts at once: Faust's own waits a second, so that tables can still be registered, and we have none."""

    async def on_start(self) -> None:
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()


class Fetch(faust.Schema[Any, Any]):
    """A schema that hands the fetched records through, undecoded."""

    def compile(self, app: AppT, **_: Any) -> Any:
        create_event = app.create_event

        async def decode(message: Message, *, propagate: bool = False) -> EventT[Any]:
            return create_event(None, message.value, None, message)

        return decode
