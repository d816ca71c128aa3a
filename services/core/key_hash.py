"""Which partition a visitor's events are on, as Kafka's own clients place them."""

from murmurhash2 import murmurhash2

_SEED = 0x9747B28C  # of Kafka's DefaultPartitioner (org.apache.kafka.common.utils.Utils.murmur2)


def key_hash(visitor: str) -> int:
    """Kafka's murmur2 of the record key, positive 31 bits: the partition is this modulo their number."""
    return int(murmurhash2(visitor.encode(), _SEED)) & 0x7FFFFFFF
