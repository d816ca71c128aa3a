"""The broker in the process."""

import socket

import pytest
from confluent_kafka import Consumer

from services.edges.broker import Broker
from tests.edges.reading import produce


def test_what_is_produced_can_be_read() -> None:
    with Broker() as broker:
        partitions = broker.create_topic("events")
        produce(broker.address, "events", [b"one", b"two"], partition=3)

        consumer = Consumer(
            {"bootstrap.servers": broker.address, "group.id": "any", "auto.offset.reset": "earliest", "log_level": 0}
        )
        consumer.subscribe(["events"])
        read = [message.value() for message in consumer.consume(2, timeout=20)]
        consumer.close()

    assert partitions == 4
    assert read == [b"one", b"two"]


def test_each_start_is_another_log() -> None:
    with Broker() as first, Broker() as second:
        assert first.log_id != second.log_id
        assert first.address != second.address


def test_a_closed_broker_answers_nobody() -> None:
    with Broker() as broker:
        host, port = broker.address.split(":")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=1)


def test_a_topic_is_created_once() -> None:
    with Broker() as broker:
        broker.create_topic("events")

        with pytest.raises(ValueError, match="cannot create topic 'events'"):
            broker.create_topic("events")
