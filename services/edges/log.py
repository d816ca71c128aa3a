"""Which log a topic is: offsets mean something only within one, and a recreated topic is another."""

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from services.edges.topics import KafkaUnreachable

REACH_SECONDS = 10.0


def log_id(address: str, topic: str) -> str:
    """Kafka's ids of the cluster and of the topic. Blocks: call it from a thread."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    try:
        cluster = admin.describe_cluster(request_timeout=REACH_SECONDS).result()
        described = admin.describe_topics(TopicCollection([topic]), request_timeout=REACH_SECONDS)[topic].result()
    except KafkaException as error:
        raise KafkaUnreachable(address, error.args[0].str()) from error
    return f"{cluster.cluster_id}/{described.topic_id}"
