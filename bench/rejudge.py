"""How fast stored history is judged again: `uv run python -m bench.rejudge [--people 8000]`.

In one process, with the engine in it: a worker's own work (the pure core and its checkpoints of 20,000 events, without
Kafka and Faust), then the same events rejudged, for changes of several sizes. CPU seconds are of the whole process, the
engine's threads too; of the whole history, also of what a change lets be passed over.
"""

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from bench.accuracy import JOURNEY
from services.core.claim import claim
from services.core.detectors import DETECTORS
from services.core.journey import Journey, read_journey
from services.core.pipeline import Pipeline
from services.demo.people.network import arrive
from services.demo.people.person import PROJECT
from services.demo.people.town import visits
from services.edges.clickhouse import Store
from services.edges.history import StoreArchive
from services.edges.journey_file import load_journey
from services.rejudge.command import GC_THRESHOLD
from services.rejudge.run import Run
from tests.core.build import Record, encode

CHECKPOINT = 20_000

Document: TypeAlias = dict[str, Any]


def write(store: Store, pipeline: Pipeline) -> None:
    changes = pipeline.take()
    store.insert_lines("events", changes.events)
    store.insert("findings", changes.findings)
    store.insert("sessions", changes.sessions)
    store.insert("session_state", changes.states)
    store.insert("positions", changes.positions)


def live(store: Store, journey: Journey, records: list[Record], times: list[int]) -> None:
    """What a worker does with records, from their bytes to the position."""
    pipeline = Pipeline(journey)
    [claimed] = claim([], "log", [0], 1, "bench")
    pipeline.assign(0, claimed.position, ())
    for at in range(0, len(records), CHECKPOINT):
        pipeline.feed(0, records[at : at + CHECKPOINT], now=times[at])
        write(store, pipeline)
    pipeline.tick(0, times[-1] + 86_400_000)
    write(store, pipeline)
    store.save_journey(journey.version, journey.document())


def changed(change: Callable[[Document], None]) -> Journey:
    """The people's journey with one change."""
    document: Document = json.loads(load_journey(JOURNEY).document())
    document["friction"] = dict.fromkeys(DETECTORS)
    change(document)
    return read_journey(document)


def _matcher(document: Document) -> None:
    document["stages"][2]["enter"] = {"event": ["Checkout Started", "Shipping Method Selected"]}


def _everything(document: Document) -> None:
    document["sessions"] = {"inactivity": "29m"}
    document["unassigned"] = 0.4


CHANGES: dict[str, Callable[[Document], None]] = {
    "one threshold (hesitation)": lambda document: document["friction"].update(hesitation={"pause": "12s"}),
    "one threshold (rage_click)": lambda document: document["friction"].update(rage_click={"clicks": 5}),
    "one threshold (stage_stall)": lambda document: document["stages"][2].update(patience="10m"),
    "one stage's matcher": _matcher,
    "everything": _everything,
}


def timed(name: str, events: int, step: Callable[[], object], least: float) -> float:
    """Print how long it took, and return the CPU seconds; `least` are those of live work, 0 where this is that."""
    began, cpu = time.perf_counter(), time.process_time()
    step()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    ratio = f", {least / used:5.1f} times live work" if least else ""
    print(f"{name:32} {wall:6.1f} s, {used:6.1f} CPU-s, {events / used:9,.0f} events a CPU-second{ratio}", flush=True)
    return used


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=8_000)
    people = arguments.parse_args().people
    gc.set_threshold(*GC_THRESHOLD)  # as a worker's process does, and the command's
    events = arrive(visits(1, people), 1)
    records, times = encode(events), [one.received_at for one in events]
    before = changed(lambda document: None)
    with tempfile.TemporaryDirectory() as folder, closing(Store.open(f"chdb://{Path(folder) / 'database'}")) as store:
        print(f"{len(events):,} events")
        lives = timed("a worker's own work, no Kafka", len(events), lambda: live(store, before, records, times), 0)
        for name, change in CHANGES.items():
            run = Run(StoreArchive(store), PROJECT, changed(change), date(2026, 1, 1))
            timed(f"{name}, shown", len(events), lambda run=run: run.judge(datetime.now(UTC), silent), lives)  # type: ignore[misc]
        timed("the last, applied", len(events), lambda: run.apply(silent), lives)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress."""


if __name__ == "__main__":
    main()
