"""Topics: make sure the ones we write to exist, with as many partitions as were asked for."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from services.settings import Settings

REACH_SECONDS = 10.0


class KafkaUnreachable(Exception):
    """Kafka did not answer at start: says which address was tried and what to do."""

    def __init__(self, address: str, problem: object) -> None:
        super().__init__(
            f"Kafka at {address} could not be reached ({problem}): start it, or set DESIRELINE_KAFKA to its address"
        )


def ensure_topics(settings: Settings, names: list[str]) -> dict[str, int]:
    """Create what is missing; answer each topic's number of partitions. Blocks: call it from a thread."""
    admin = AdminClient({"bootstrap.servers": settings.kafka, "log_level": 0})
    try:
        found = admin.list_topics(timeout=REACH_SECONDS)
        missing = [name for name in names if name not in found.topics]
        if missing and _is_in_process(found.cluster_id):
            # It cannot create topics, but it makes those that are asked for by name. A real broker is never
            # asked so: with auto.create.topics.enable it would make them with its own number of partitions.
            for name in missing:
                admin.list_topics(name, timeout=REACH_SECONDS)
        elif missing:
            _create(admin, settings, missing)
        topics = admin.list_topics(timeout=REACH_SECONDS).topics
    except KafkaException as error:
        raise KafkaUnreachable(settings.kafka, error.args[0].str()) from error
    return {name: len(topics[name].partitions) for name in names}


def _is_in_process(cluster_id: str | None) -> bool:
    return (cluster_id or "").startswith("mockCluster")


def _create(admin: AdminClient, settings: Settings, names: list[str]) -> None:
    wanted = [NewTopic(name, settings.partitions, settings.replication) for name in names]
    for future in admin.create_topics(wanted, operation_timeout=REACH_SECONDS).values():
        try:
            future.result(REACH_SECONDS)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another ingest was quicker
                raise
