"""Fixtures that tests of all folders use."""

from hypothesis import settings

from tests.kafka_server import kafka_server
from tests.stores import chdb_folder, clickhouse_url, dsn, module_store, store

__all__ = ["chdb_folder", "clickhouse_url", "dsn", "kafka_server", "module_store", "store"]

# Time is never asserted: a slow machine must not fail a property. The rest stays as Hypothesis has it, here or in CI.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")
