"""Which log a topic is: offsets mean something only within one, and a recreated topic is another."""

from confluent_kafka import KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from services.edges.topics import KafkaUnreachable

REACH_SECONDS = 10.0
ENDS_SECONDS = 3.0
"""Who asks for the ends asks again soon, and whoever stops waits for the answer."""


def log_id(address: str, topic: str) -> str:
    """Kafka's ids of the cluster and of the topic. Blocks: call it from a thread."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    try:
        cluster = admin.describe_cluster(request_timeout=REACH_SECONDS).result()
        described = admin.describe_topics(TopicCollection([topic]), request_timeout=REACH_SECONDS)[topic].result()
    except KafkaException as error:
        raise KafkaUnreachable(address, error.args[0].str()) from error
    return f"{cluster.cluster_id}/{described.topic_id}"


def ends(address: str, topic: str, partitions: list[int]) -> dict[int, int]:
    """The offset each partition's next record will have. Blocks: call it from a thread. Raises KafkaUnreachable."""
    if not partitions:
        return {}
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    asked = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in partitions}  # type: ignore[no-untyped-call]  # theirs
    try:
        answers = admin.list_offsets(asked, request_timeout=ENDS_SECONDS)
        return {of.partition: answer.result().offset for of, answer in answers.items()}
    except KafkaException as error:
        raise KafkaUnreachable(address, error.args[0].str()) from error
