"""Fixtures that tests of all folders use."""

import os

from hypothesis import settings

from tests.kafka_server import kafka_server
from tests.stores import chdb_folder, clickhouse_url, dsn, module_store, store

__all__ = ["chdb_folder", "clickhouse_url", "dsn", "kafka_server", "module_store", "store"]

# Time is never asserted: a slow machine must not fail a property.
settings.register_profile("untimed", settings.default, deadline=None)
# CI says of a change whether it broke something, so it draws the same examples each time, as Hypothesis' own profile
# for CI does; whoever works on the code draws new ones at each run.
settings.register_profile("settled", settings.get_profile("untimed"), derandomize=True, database=None)
settings.load_profile("settled" if os.environ.get("DESIRELINE_REQUIRE_ALL") else "untimed")
