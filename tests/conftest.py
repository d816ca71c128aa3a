"""Fixtures that tests of all folders use."""

from tests.stores import chdb_folder, clickhouse_url, dsn, module_store, store

__all__ = ["chdb_folder", "clickhouse_url", "dsn", "module_store", "store"]
