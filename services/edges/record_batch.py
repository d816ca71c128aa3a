"""One batch of records on its way: what it holds, who waits for it, and what may become of it."""

import asyncio
from collections.abc import Sequence

from services.edges.batch_builder import BatchBuilder, Record

Place = tuple[str, int]
"""Topic and partition."""

Positions = list[tuple[int, int]]
"""Partition and last offset, one for each batch that holds something of what was published."""


class NotAccepted(Exception):
    """Nothing of what was handed over may be called accepted; to be sent again after `retry_after` seconds."""

    def __init__(self, problem: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(problem)


class Overloaded(NotAccepted):
    """More is under way than the bounds allow."""


class KafkaAway(NotAccepted):
    """Kafka does not acknowledge."""


class Receipt:
    """Waits for all batches that hold records of one `publish`."""

    __slots__ = ("future", "open", "positions")

    def __init__(self, future: asyncio.Future[Positions]) -> None:
        self.future = future
        self.open = 0
        self.positions: Positions = []

    def settle(self, partition: int, last_offset: int) -> None:
        self.positions.append((partition, last_offset))
        self.open -= 1
        if not self.open and not self.future.done():
            self.future.set_result(self.positions)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)
            self.future.exception()  # a request that was cut off does not come to look: no warning for that


class Batch:
    """Records of one partition that travel together."""

    __slots__ = (
        "builder",
        "deadline",
        "is_due",
        "partition",
        "place",
        "receipts",
        "records",
        "sent_at",
        "topic",
    )

    def __init__(self, builder: BatchBuilder, topic: str, partition: int) -> None:
        self.builder = builder
        self.topic = topic
        self.partition = partition
        self.place: Place = (topic, partition)
        self.is_due = False  # has gathered for long enough
        self.records = 0
        self.sent_at = 0.0
        self.deadline: asyncio.TimerHandle | None = None
        self.receipts: list[Receipt] = []

    @property
    def bytes(self) -> int:
        """Of the values in it."""
        return self.builder.value_bytes

    def add(self, records: Sequence[Record], receipt: Receipt) -> int:
        """How many of them it took: the others found it full."""
        added = self.builder.extend(records)
        self.records += added
        if added and (not self.receipts or self.receipts[-1] is not receipt):
            self.receipts.append(receipt)
            receipt.open += 1
        return added

    def settle(self, last_offset: int) -> None:
        for receipt in self.receipts:
            receipt.settle(self.partition, last_offset)

    def fail(self, error: NotAccepted) -> None:
        for receipt in self.receipts:
            receipt.fail(error)
