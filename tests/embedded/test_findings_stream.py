"""Findings as they are made, over HTTP, from an installation as a user starts it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.installation import Installation


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("stream") / "data") as installation:
        yield installation


def rage(visitor: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "track",
            "event": "click",
            "anonymousId": visitor,
            "messageId": f"{visitor} {ago}",
            "timestamp": (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(),
            "properties": {"target": "#pay", "x": 10, "y": 10},
        }
        for ago in (1.2, 0.9, 0.6, 0.3)
    ]


class Listener(threading.Thread):
    """Keeps what the stream says until the first finding."""

    def __init__(self, running: Installation, key: str = "read", **parameters: str) -> None:
        super().__init__(daemon=True)
        self._ask = {
            "url": f"{running.url}/v1/findings/stream",
            "headers": {"Authorization": f"Bearer {running.keys[key]}"},
            "params": parameters,
        }
        self.listens = threading.Event()
        self.lines: list[str] = []
        self.start()
        assert self.listens.wait(60)

    def run(self) -> None:
        with suppress(httpx.TransportError), httpx.stream("GET", timeout=60, **self._ask) as response:  # type: ignore[arg-type]
            for line in response.iter_lines():
                self.lines.append(line)
                self.listens.set()
                if line.startswith("data:"):
                    return

    def finding(self) -> Any:
        self.join(60)
        [data] = [line for line in self.lines if line.startswith("data:")]
        return msgspec.json.decode(data.removeprefix("data: "))


def test_who_listens_hears_a_finding_with_who_is_stuck_where(running: Installation) -> None:
    listener = Listener(running)

    running.send(*rage("anna"))
    finding = listener.finding()

    assert (finding["visitor"], finding["detector"], finding["element"]) == ("anna", "rage_click", "#pay")
    assert f"id: {finding['id']}" in listener.lines
    assert "event: finding" in listener.lines


def test_who_listens_for_one_visitor_hears_of_no_other(running: Installation) -> None:
    listener = Listener(running, visitor="bert")

    running.send(*rage("carla"))
    running.send(*rage("bert"))

    assert listener.finding()["visitor"] == "bert"


def test_a_write_key_hears_nothing(running: Installation) -> None:
    headers = {"Authorization": f"Bearer {running.keys['write']}"}

    answer = httpx.get(f"{running.url}/v1/findings/stream", headers=headers, timeout=60)

    assert answer.status_code == 403


def test_a_listener_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as running:
        Listener(running)

        assert running.stop() == 0
