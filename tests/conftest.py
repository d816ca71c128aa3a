"""Fixtures that tests of all folders use."""

from tests.kafka_server import kafka_server
from tests.stores import chdb_folder, clickhouse_url, dsn, module_store, store

__all__ = ["chdb_folder", "clickhouse_url", "dsn", "kafka_server", "module_store", "store"]
