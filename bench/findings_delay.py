"""From the act to the shop that could help: `uv run python -m bench.findings_delay [--visitors 60] [--load 500]`.

A visitor's last rage click is posted, and `GET /v1/findings/stream` brings the finding. The time between is taken while
other visitors send events at a steady pace, everything in one process on this machine.
"""

import argparse
import statistics
import tempfile
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from tests.installation import Installation


def click(visitor: str, moment: datetime) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "click",
        "anonymousId": visitor,
        "messageId": uuid4().hex,
        "timestamp": moment.isoformat(),
        "properties": {"target": "#pay", "x": 10, "y": 10},
        "context": {"page": {"path": "/checkout/payment"}},
    }


class Hearing(threading.Thread):
    """Listens to the stream and notes when each visitor's finding came."""

    def __init__(self, running: Installation) -> None:
        super().__init__(daemon=True)
        self._running = running
        self.listens = threading.Event()
        self.heard: dict[str, float] = {}

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._running.keys['read']}"}
        url = f"{self._running.url}/v1/findings/stream"
        # The installation ends before the thread does.
        with suppress(httpx.TransportError), httpx.stream("GET", url, headers=headers, timeout=60) as response:
            for line in response.iter_lines():
                self.listens.set()
                if line.startswith("data: {"):
                    finding = msgspec.json.decode(line.removeprefix("data: "))
                    self.heard.setdefault(finding["visitor"], time.perf_counter())


def load(running: Installation, a_second: int, over: threading.Event) -> None:
    while not over.is_set():
        began = time.perf_counter()
        running.send(*(click(uuid4().hex, datetime.now(UTC)) for _ in range(max(1, a_second // 10))))
        time.sleep(max(0.0, 0.1 - (time.perf_counter() - began)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=60)
    parser.add_argument("--load", type=int, default=500, help="other events a second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder) / "data") as running:
        hearing, over = Hearing(running), threading.Event()
        hearing.start()
        hearing.listens.wait(60)
        others = threading.Thread(target=load, args=(running, arguments.load, over), daemon=True)
        others.start()
        acted: dict[str, float] = {}
        for _ in range(arguments.visitors):
            visitor = uuid4().hex
            began = datetime.now(UTC)
            running.send(*(click(visitor, began - timedelta(seconds=ago)) for ago in (0.6, 0.3, 0.0)))
            acted[visitor] = time.perf_counter()
            # Within a second of the one before, however long the first three took to be stored.
            running.send(click(visitor, min(datetime.now(UTC), began + timedelta(seconds=0.9))))
            time.sleep(0.25)
        deadline = time.monotonic() + 30
        while len(hearing.heard.keys() & acted.keys()) < len(acted) and time.monotonic() < deadline:
            time.sleep(0.05)
        over.set()
        others.join()
        delays = sorted(hearing.heard[one] - at for one, at in acted.items() if one in hearing.heard)
    late = statistics.quantiles(delays, n=20)[-1]
    print(
        f"{len(delays)} of {len(acted)} findings heard, beside {arguments.load} events a second: act → stream "
        f"p50 {statistics.median(delays):.2f} s, p95 {late:.2f} s, longest {delays[-1]:.2f} s"
    )


if __name__ == "__main__":
    main()
