"""The peer: Quix Streams counting sessions of the same topic by key, 30-minute gap, as its documentation says.

Runs in an environment of its own (`uv run --isolated --no-project --with quixstreams==3.28.1`): address, topic, events,
and `durable` where state is to survive the machine, as ours does: by changelog topics, which is its default.
"""

import json
import resource
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from quixstreams import Application

GAP_MS = 30 * 60 * 1000


def main(address: str, topic_name: str, events: int, kept: str) -> None:
    seen, started = 0, 0.0
    cpu_before = 0.0

    def cpu() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def occurred(value: Any, *_: Any) -> int:
        nonlocal seen, started, cpu_before
        if not seen:
            started, cpu_before = time.perf_counter(), cpu()
        seen += 1
        return int(value["occurred_ms"])

    with tempfile.TemporaryDirectory() as state:
        app = Application(
            broker_address=address,
            consumer_group=f"quix-{uuid.uuid4()}",
            auto_offset_reset="earliest",
            use_changelog_topics=kept == "durable",
            state_dir=state,
            loglevel="WARNING",
        )
        topic = app.topic(topic_name, value_deserializer="json", timestamp_extractor=occurred)
        app.dataframe(topic).session_window(inactivity_gap_ms=GAP_MS).count().final()
        app.run(count=events, timeout=60)
    wall, used = time.perf_counter() - started, cpu() - cpu_before
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    peak = int(line.split()[1]) / 1024
    print(json.dumps({"events": seen, "cpu": used, "wall": wall, "peak_mb": peak}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
