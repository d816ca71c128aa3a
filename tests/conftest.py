"""Fixtures that tests of all folders use."""

from tests.kafka_server import kafka_server

__all__ = ["kafka_server"]
