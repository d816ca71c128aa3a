"""Whether a worker gets on, and what it says of that."""

import asyncio
import urllib.error
import urllib.request
from datetime import timedelta

import pytest

from services.core.claim import claim
from services.core.pipeline import Pipeline
from services.edges.broker import Broker
from services.settings import Settings
from services.stages.checkpoint import Checkpoint
from services.stages.health import Health
from services.stages.watch import NoProgress, Progress, Watch
from tests.core.build import shop
from tests.edges.reading import produce, until
from tests.kafka_server import free_port
from tests.stages.memory_store import MemoryStore

AFTER = 30_000


def test_a_partition_that_stands_still_before_unread_records_is_stuck_after_a_while() -> None:
    progress = Progress(AFTER)

    assert progress.stuck({0: 5}, {0: 9}, now=0) == []
    assert progress.stuck({0: 5}, {0: 12}, now=AFTER) == []
    assert progress.stuck({0: 5}, {0: 12}, now=AFTER + 1) == [0]


def test_one_that_moves_or_has_read_everything_is_not() -> None:
    progress = Progress(AFTER)
    progress.stuck({0: 5, 1: 7, 2: 0}, {0: 9, 1: 7, 2: 3}, now=0)

    assert progress.stuck({0: 6, 1: 7}, {0: 9, 1: 7}, now=AFTER + 1) == []
    assert progress.stuck({0: 6, 1: 7, 2: 0}, {0: 9, 1: 8, 2: 3}, now=2 * AFTER) == []


def watched(kafka: str, failures: list[BaseException]) -> tuple[Watch, Checkpoint]:
    checkpoint = Checkpoint(Pipeline(shop()), MemoryStore(), Settings(), eager=False, failed=failures.append)
    [claimed] = claim([], "log", [0], 4, "mine")
    checkpoint.hold(claimed.position)
    return Watch(checkpoint, kafka, "events", lambda: "log", failures.append), checkpoint


async def test_a_consumer_that_reads_nothing_although_there_is_something_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.stages.watch.PATIENCE", timedelta(milliseconds=200))
    monkeypatch.setattr("services.stages.watch.LOOK_EVERY", timedelta(milliseconds=50))
    failures: list[BaseException] = []
    with Broker() as broker:
        broker.create_topic("events")
        watch, _ = watched(broker.address, failures)
        running = asyncio.create_task(watch.run())
        await until(lambda: watch.problem == "")
        assert watch.lags == {0: 0}

        produce(broker.address, "events", [b"1", b"2"], partition=0)
        await until(lambda: failures)
        running.cancel()

    assert isinstance(failures[0], NoProgress)
    assert watch.lags == {0: 2}
    assert "Start this worker anew" in watch.problem


async def test_a_kafka_that_is_away_makes_a_worker_unready_and_does_not_end_it() -> None:
    failures: list[BaseException] = []
    watch, _ = watched(f"127.0.0.1:{free_port()}", failures)

    running = asyncio.create_task(watch.run())
    await until(lambda: "could not be reached" in watch.problem)
    running.cancel()

    assert not failures


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_readiness_tells_the_problem_and_liveness_does_not_mind_it() -> None:
    problems = ["The worker is starting."]
    port = Health(lambda: problems[0]).serve("127.0.0.1", 0)

    assert asked(port, "/readyz") == (503, "The worker is starting.\n")
    assert asked(port, "/livez") == (200, "ok\n")
    problems[0] = ""
    assert asked(port, "/readyz") == (200, "ok\n")
    assert "process_cpu_seconds_total" in asked(port, "/metrics")[1]
    assert asked(port, "/other")[0] == 404


def test_a_loop_that_does_not_turn_is_neither_ready_nor_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.stages.health.LOOP_SILENT_SECONDS", -1.0)
    port = Health(lambda: "").serve("127.0.0.1", 0)

    assert asked(port, "/livez")[0] == asked(port, "/readyz")[0] == 503
    assert "has not turned" in asked(port, "/livez")[1]
