"""Topics: make sure the ones we write to exist, with as many partitions as were asked for."""

import time
from collections.abc import Collection, Mapping
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

REACH_SECONDS = 10.0


def refused_topic(topic: str) -> str:
    """Where ingest puts what it refuses of the events for `topic`."""
    return f"refused_{topic}"


class Cluster(Protocol):
    """What is needed of the settings to make a topic."""

    @property
    def kafka(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def replication(self) -> int: ...


class KafkaUnreachable(Exception):
    """Kafka did not answer at start: says which address was tried and what to do."""

    def __init__(self, address: str, problem: object) -> None:
        super().__init__(
            f"Kafka at {address} could not be reached ({problem}): start it, or set DESIRELINE_KAFKA to its address"
        )


BRIEFLY = {"retention.ms": "3600000", "segment.ms": "600000"}
"""An hour, and what is behind a segment of ten minutes: Kafka deletes whole segments only."""


def ensure_topics(cluster: Cluster, names: list[str], brief: Collection[str] = ()) -> dict[str, int]:
    """Create what is missing; answer each topic's number of partitions. Blocks: call it from a thread.

    What is on the `brief` ones is kept for an hour, on the others as long as the broker says. One that exists is left
    as it is.
    """
    admin = AdminClient({"bootstrap.servers": cluster.kafka, "log_level": 0})
    try:
        found = admin.list_topics(timeout=REACH_SECONDS)
        missing = [name for name in names if name not in found.topics]
        if missing and _is_in_process(found.cluster_id):
            # It cannot create topics, but it makes those that are asked for by name. A real broker is never
            # asked so: with auto.create.topics.enable it would make them with its own number of partitions.
            for name in missing:
                admin.list_topics(name, timeout=REACH_SECONDS)
        elif missing:
            _create(admin, cluster, {name: BRIEFLY if name in brief else {} for name in missing})
        return _await_partitions(admin, names)
    except KafkaException as error:
        raise KafkaUnreachable(cluster.kafka, error.args[0].str()) from error


def _await_partitions(admin: AdminClient, names: list[str]) -> dict[str, int]:
    """A topic just created shows itself, and then its partitions, only a moment later."""
    deadline = time.monotonic() + REACH_SECONDS
    while True:
        topics = admin.list_topics(timeout=REACH_SECONDS).topics
        partitions = {name: len(topics[name].partitions) for name in names if name in topics}
        if len(partitions) == len(names) and all(partitions.values()):
            return partitions
        if time.monotonic() > deadline:
            raise KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART))
        time.sleep(0.05)


def _is_in_process(cluster_id: str | None) -> bool:
    return (cluster_id or "").startswith("mockCluster")


def _create(admin: AdminClient, cluster: Cluster, names: Mapping[str, dict[str, str]]) -> None:
    wanted = [NewTopic(name, cluster.partitions, cluster.replication, config=config) for name, config in names.items()]
    for future in admin.create_topics(wanted, operation_timeout=REACH_SECONDS).values():
        try:
            future.result(REACH_SECONDS)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another ingest was quicker
                raise
