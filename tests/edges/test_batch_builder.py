"""Record batches of our own writing: whatever reads Kafka reads them, and aiokafka sends them as its own."""

import inspect
from importlib.metadata import version

import pytest
from aiokafka.producer import message_accumulator
from aiokafka.producer.message_accumulator import MessageBatch
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from services.edges.batch_builder import BatchBuilder, Compressor, Record

NOW = 1_793_620_800_000
LARGE = 512 * 1024

records = st.lists(st.tuples(st.binary(max_size=80), st.binary(max_size=9000)), min_size=1, max_size=200)


def built(*groups: list[Record], max_bytes: int = LARGE) -> BatchBuilder:
    builder = BatchBuilder(Compressor(), max_bytes, NOW)
    for group in groups:
        builder.extend(group)
    return builder


@given(records, st.integers(0, 200))
def test_what_was_put_in_is_read_out_in_order(given_records: list[Record], cut: int) -> None:
    builder = built(given_records[:cut], given_records[cut:])
    builder._set_producer_state(7, 3, 11)

    batch = DefaultRecordBatch(bytes(builder._build()))

    assert batch.validate_crc()
    assert (batch.producer_id, batch.producer_epoch, batch.base_sequence) == (7, 3, 11)
    assert (batch.first_timestamp, batch.max_timestamp, batch.next_offset) == (NOW, NOW, builder.record_count())
    read = [(one.offset, one.timestamp, one.key, one.value, one.headers) for one in batch]
    assert read == [(place, NOW, key, value, []) for place, (key, value) in enumerate(given_records)]


def test_uncompressed_it_is_byte_for_byte_what_aiokafka_writes() -> None:
    given_records = [(b"visitor-%d" % number, b"x" * number) for number in range(0, 20_000, 61)]
    theirs = DefaultRecordBatchBuilder(2, 0, 0, 7, 3, 11, 10 * LARGE)
    for place, (key, value) in enumerate(given_records):
        theirs.append(place, NOW, key, value, [])

    ours = BatchBuilder(lambda data: data, 10 * LARGE, NOW)
    ours.extend(given_records)
    ours._set_producer_state(7, 3, 11)

    head = 61
    assert bytes(ours._build())[head:] == bytes(theirs.build())[head:]


def test_it_takes_no_more_than_its_bytes_yet_one_in_any_case() -> None:
    builder = built(max_bytes=1000)

    assert builder.extend([(b"a", b"x" * 5000), (b"a", b"y")]) == 1
    assert builder.closed()
    assert built(max_bytes=1000).extend([(b"a", b"x" * 400)] * 3) == 2


def test_a_batch_sent_again_is_the_same() -> None:
    builder = built([(b"a", b"1")])

    assert builder._build() is builder._build()


def test_aiokafka_asks_no_more_of_a_batch_than_ours_has() -> None:
    source = inspect.getsource(MessageBatch)
    asked = {name.partition("(")[0] for name in source.replace("\n", " ").split("self._builder.")[1:]}

    assert version("aiokafka") == "0.14.0", "look whether its producer asks something else of a batch, then change this"
    assert asked - {"append"} <= set(dir(BatchBuilder))
    assert "_builder" not in inspect.getsource(message_accumulator.MessageAccumulator.add_batch)


@pytest.mark.parametrize("number", [0, 1, 63, 64, 8191, 8192, 100_000])
def test_a_batch_of_any_number_and_length_is_read(number: int) -> None:
    value = b"x" * number

    [record] = DefaultRecordBatch(bytes(built([(b"k", value)])._build()))

    assert (record.key, record.value) == (b"k", value)
