"""Malformed records among good ones."""

from pathlib import Path

from tests.chaos import poison
from tests.kafka_server import need_kafka


async def test_malformed_records_are_set_aside_and_the_others_go_on(tmp_path: Path) -> None:
    need_kafka()

    report = await poison.run(poison.Poison(seed=7, records=20_000, malformed=200), tmp_path, print)

    assert report.startswith("200 of 20000 set aside")
