"""A Kafka broker in this process: librdkafka's mock cluster, spoken to over a port like any other.

What is known of it:
- it keeps at most 5 MB or 100,000 messages of a partition and forgets the oldest without a word,
- it is gone with the process: a new log at each start, so an answer must wait until an event is stored,
- a topic also comes into being at the first question for it; CreateTopics is not answered,
- it does not wake a waiting fetch when data comes: fetch with a short `fetch_max_wait_ms`,
- it lets a consumer group wait 3 s for its first assignment, unless told not to, which no setting of the client's can:
  so it is driven through librdkafka's C interface (rdkafka_mock.h),
- it loses its way when members join and leave a group at the same time (SyncGroup answered with InvalidRequest):
  one worker reads from it, several need a real Kafka.
"""

import ctypes
import secrets
from typing import Self

from confluent_kafka import cimpl

PARTITIONS = 4
PARTITION_BYTES = 3 * 1024 * 1024
"""Of values that may wait in a partition: with keys and what frames them well below what it forgets beyond."""

_PRODUCER = 0
_POINTER, _TEXT, _INT, _SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t

# The extension module of confluent-kafka is linked to librdkafka, wherever that lies: its symbols are found through it.
_LIBRARY = ctypes.CDLL(cimpl.__file__)


def _declare(name: str, result: type | None, *arguments: type) -> "ctypes._NamedFuncPointer":
    function = _LIBRARY[f"rd_kafka_{name}"]
    function.restype, function.argtypes = result, arguments
    return function


_conf_new = _declare("conf_new", _POINTER)
_conf_set = _declare("conf_set", _INT, _POINTER, _TEXT, _TEXT, _TEXT, _SIZE)
_new = _declare("new", _POINTER, _INT, _POINTER, _TEXT, _SIZE)
_destroy = _declare("destroy", None, _POINTER)
_cluster_new = _declare("mock_cluster_new", _POINTER, _POINTER, _INT)
_cluster_destroy = _declare("mock_cluster_destroy", None, _POINTER)
_bootstraps = _declare("mock_cluster_bootstraps", _TEXT, _POINTER)
_rebalance_delay = _declare("mock_group_initial_rebalance_delay_ms", None, _POINTER, ctypes.c_int32)
_topic_create = _declare("mock_topic_create", _INT, _POINTER, _TEXT, _INT, _INT)


class Broker:
    """Runs a broker in this process, for one worker a group, until it is closed."""

    def __init__(self) -> None:
        # The cluster belongs to a client's handle; this client never produces.
        self._owner = _client()
        self._cluster = _cluster_new(self._owner, 1)
        _rebalance_delay(self._cluster, 0)
        self.address: str = _bootstraps(self._cluster).decode()
        self.log_id = f"in-process/{secrets.token_hex(8)}"

    def create_topic(self, topic: str) -> int:
        """Make a new topic; the number of its partitions."""
        if error := _topic_create(self._cluster, topic.encode(), PARTITIONS, 1):
            raise ValueError(f"the broker in this process cannot create topic {topic!r}: librdkafka's error {error}")
        return PARTITIONS

    def close(self) -> None:
        if self._owner is not None:
            _cluster_destroy(self._cluster)
            _destroy(self._owner)
            self._owner = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _client() -> int | None:
    settings, said = _conf_new(), ctypes.create_string_buffer(512)
    _conf_set(settings, b"log_level", b"0", said, len(said))
    client: int | None = _new(_PRODUCER, settings, said, len(said))
    if client is None:
        raise OSError(f"the broker in this process cannot start: {said.value.decode()}")
    return client
