"""`desireline up`: one process, one folder, one port; what got a 200 is there after any restart."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.installation import Installation, desireline


def call(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "anonymousId": "ann",
        "messageId": f"m-{number}",
        "properties": {"product_id": "p-1"},
        "context": {"page": {"path": "/product/p-1"}},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("up") / "data") as installation:
        yield installation


def test_what_got_a_200_is_in_the_next_answer(running: Installation) -> None:
    response = running.send(call(1), call(2))

    assert (response.status_code, response.json()) == (200, {"success": True})
    [session] = running.ask("/v1/sessions", visitor="ann")["sessions"]
    assert (session["events"], session["stage"], session["state"]) == (2, "browse", "open")


def test_sending_asking_and_health_are_on_one_port_and_in_one_document(running: Installation) -> None:
    ready = httpx.get(f"{running.url}/readyz", timeout=60)
    metrics = httpx.get(f"{running.url}/metrics", timeout=60).text
    paths = httpx.get(f"{running.url}/openapi.json", timeout=60).json()["paths"]

    assert (ready.status_code, ready.json()) == (200, {"ingest": "ok", "stages": "ok", "store": "ok"})
    assert "desireline_ingest_requests_total" in metrics
    assert "desireline_api_seconds_count" in metrics
    assert {"/v1/batch", "/v1/track", "/v1/funnel", "/v1/pain-points", "/readyz"} <= set(paths)


def test_clients_of_others_ask_and_send_on_the_same_port(running: Installation) -> None:
    key = running.keys["write"]
    item = {"event": "Bought", "distinct_id": "posthogs", "properties": {"token": key}}

    asked = httpx.get(f"{running.url}/v1/projects/{key}/settings", timeout=60)
    sent = httpx.post(f"{running.url}/e/", json=item, timeout=60)

    assert asked.json()["integrations"]["Segment.io"]["apiHost"] == f"{running.url.removeprefix('http://')}/v1"
    assert (sent.status_code, sent.json()) == (200, {"success": True})
    assert len(running.ask("/v1/sessions", visitor="posthogs")["sessions"]) == 1


def test_every_reference_of_the_document_leads_somewhere(running: Installation) -> None:
    document = httpx.get(f"{running.url}/openapi.json", timeout=60).json()

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (value for key, value in node.items() if key == "$ref")
            for value in node.values():
                yield from references(value)
        if isinstance(node, list):
            for value in node:
                yield from references(value)

    schemas = document["components"]["schemas"]
    assert {ref.rpartition("/")[2] for ref in references(document)} <= set(schemas)


def test_a_second_process_on_the_folder_is_told_who_holds_it(running: Installation) -> None:
    second = desireline("up", "--data", running.data, "--port", 0)

    assert second.returncode == 1
    assert f"in use by process {running.pid}, which serves it at {running.url}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_named_before_anything_starts(running: Installation, tmp_path: Path) -> None:
    port = running.url.rpartition(":")[2]

    second = desireline("up", "--data", tmp_path / "data", "--port", port)

    assert second.returncode == 1
    assert f"127.0.0.1:{port} is in use. Stop what holds it" in second.stderr
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    started = desireline("up", "--data", tmp_path / "file" / "data", "--port", 0)

    assert started.returncode == 1
    assert f"The data folder {tmp_path}/file/data cannot be written" in started.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_restart_finds_everything_and_goes_on_with_the_open_session(tmp_path: Path, number: int) -> None:
    with Installation(tmp_path / "data") as first:
        assert first.send(call(1)).status_code == 200
        ended = first.stop(number)

    with Installation(tmp_path / "data") as second:
        second.keys = second.keys or first.keys
        response = second.send(call(2))
        [session] = second.ask("/v1/sessions")["sessions"]

    assert ended == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    assert second.keys == first.keys, "keys are made and shown once"
    assert response.status_code == 200
    assert session["events"] == 2


def test_stopping_under_load_loses_nothing_that_got_a_200(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as first:
        accepted = 0
        began = time.monotonic()
        while time.monotonic() - began < 1.0:
            accepted += first.send(call(accepted)).status_code == 200
        code = first.stop()

    with Installation(tmp_path / "data") as second:
        second.keys = first.keys
        [session] = second.ask("/v1/sessions")["sessions"]

    assert code == 0
    assert session["events"] == accepted > 0


@pytest.mark.parametrize("loaded", ["pydantic_core", "aiokafka", "chdb"])
def test_a_stop_while_it_still_starts_ends_it_without_a_traceback(tmp_path: Path, loaded: str) -> None:
    starting = Installation(tmp_path / "data")
    try:
        starting.wait_until_loaded(loaded)
        code = starting.stop(signal.SIGINT)

        assert "Traceback" not in starting.log
        assert code in {0, 130, -signal.SIGINT}
    finally:
        starting.close()


def test_a_thread_that_never_ends_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    program = """
import sys, threading
from pathlib import Path
from services.options import journey_of
from services.embedded import serving
from services.settings import Settings

async def guest(coming):
    await coming
    threading.Thread(target=threading.Event().wait).start()

serving._STOP_SECONDS = 2.0
settings = Settings(data_dir=Path(sys.argv[1]), port=0)
serving.serve(settings, journey_of("shop", settings), guest)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "data"], capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stderr.count("Not stopped within 2 s")) == (1, 1)
