"""Kafka's records as its decoder makes them, and not copied one by one into objects of eleven fields, most unread.

aiokafka's `ConsumerRecord` takes as long to make as fetching and decoding together. What is used here of aiokafka
0.14.0 is not public: tests/edges/test_faust_transport.py says when it changes.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import FetchError, FetchResult, PartitionRecords
from aiokafka.structs import TopicPartition


def hand_out_bare(consumer: AIOKafkaConsumer) -> None:
    """Have a consumer that was started, and has no partitions yet, give records as they were decoded.

    They have what `ConsumerRecord` has, but for topic, partition and the sizes; their headers are a list.
    """
    fetcher = consumer._fetcher
    assert not fetcher._records, "nothing is fetched before partitions are assigned"
    fetcher._records = _Fetched()


class _Fetched(OrderedDict[TopicPartition, FetchResult | FetchError]):
    """What was fetched and not yet asked for, by partition."""

    def __setitem__(self, tp: TopicPartition, fetched: FetchResult | FetchError) -> None:
        if isinstance(fetched, FetchResult):
            fetched._partition_records = _Bare.of(fetched._partition_records)
        super().__setitem__(tp, fetched)


class _Bare(PartitionRecords):  # type: ignore[misc]  # aiokafka has no types here
    """The records of a fetch of one partition."""

    @classmethod
    def of(cls, records: PartitionRecords) -> "_Bare":
        return cls(
            records._tp,
            records._records,
            records._aborted_transactions,
            records.next_fetch_offset,
            None,
            None,
            records._check_crcs,
            records._isolation_level,
        )

    def __iter__(self) -> Iterator[Any]:
        # The generator itself: a call less for each record.
        records: Iterator[Any] = self._records_iterator
        return records

    def _consumer_record(self, tp: TopicPartition, record: Any) -> Any:
        return record
