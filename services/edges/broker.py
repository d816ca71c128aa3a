"""A Kafka broker in this process: librdkafka's mock cluster, spoken to over a port like any other.

What is known of it:
- it keeps at most 5 MB or 100,000 messages of a partition and forgets the oldest without a word,
- it is gone with the process: a new log at each start, so an answer must wait until an event is stored,
- a topic comes into being with four partitions at the first question for it; CreateTopics is not answered,
- it does not wake a waiting fetch when data comes: fetch with a short `fetch_max_wait_ms`,
- its initial rebalance delay is 3 s, so a consumer group needs about 4 s to start.
"""

import secrets
from types import TracebackType
from typing import Self

from confluent_kafka import Producer


class Broker:
    """Runs a broker in this process until it is closed."""

    def __init__(self) -> None:
        # The cluster belongs to a client's handle; this client never produces.
        self._owner: Producer | None = Producer({"bootstrap.servers": "x", "test.mock.num.brokers": 1, "log_level": 0})
        brokers = self._owner.list_topics(timeout=10).brokers
        self.address = ",".join(f"{broker.host}:{broker.port}" for broker in brokers.values())
        self.log_id = f"in-process/{secrets.token_hex(8)}"

    def create_topic(self, topic: str) -> int:
        """Make the topic exist; the number of its partitions."""
        assert self._owner is not None
        while not (partitions := self._owner.list_topics(topic, timeout=10).topics[topic].partitions):
            pass  # the first answer may still be without them
        return len(partitions)

    def close(self) -> None:
        self._owner = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()
