"""Fixtures that tests of all folders use."""

from tests.kafka_server import kafka_server
from tests.stores import chdb_folder, clickhouse_url, dsn, store

__all__ = ["chdb_folder", "clickhouse_url", "dsn", "kafka_server", "store"]
