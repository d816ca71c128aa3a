"""How fast stored history is judged again: `uv run python -m bench.rejudge [--people 4000]`.

In one process, with the engine in it: a worker's own work (the pure core and its checkpoints of 20,000 events, without
Kafka and Faust), then the same events rejudged. CPU seconds are of the whole process, the engine's threads too.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from bench.accuracy import JOURNEY
from services.core.claim import claim
from services.core.pipeline import Pipeline
from services.demo.people.network import arrive
from services.demo.people.person import PROJECT
from services.demo.people.town import visits
from services.edges.clickhouse import Store
from services.edges.history import StoreArchive
from services.edges.journey_file import load_journey
from services.rejudge.run import Run
from tests.core.build import Record, encode

CHECKPOINT = 20_000


def write(store: Store, pipeline: Pipeline) -> None:
    changes = pipeline.take()
    store.insert_lines("events", changes.events)
    store.insert("findings", changes.findings)
    store.insert("sessions", changes.sessions)
    store.insert("session_state", changes.states)
    store.insert("positions", changes.positions)


def live(store: Store, records: list[Record], times: list[int]) -> None:
    """What a worker does with records, from their bytes to the position."""
    pipeline = Pipeline(load_journey(JOURNEY))
    [claimed] = claim([], "log", [0], 1, "bench")
    pipeline.assign(0, claimed.position, ())
    for at in range(0, len(records), CHECKPOINT):
        pipeline.feed(0, records[at : at + CHECKPOINT], now=times[at])
        write(store, pipeline)
    pipeline.tick(0, times[-1] + 86_400_000)
    write(store, pipeline)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=4_000)
    people = arguments.parse_args().people
    events = arrive(visits(1, people), 1)
    records, times = encode(events), [one.received_at for one in events]
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"chdb://{Path(folder) / 'database'}")
        run = Run(StoreArchive(store), PROJECT, load_journey(JOURNEY), date(2026, 1, 1))
        steps: dict[str, Callable[[], object]] = {
            "a worker's own work, without Kafka": lambda: live(store, records, times),
            "rejudged": lambda: run.judge(datetime.now(UTC), lambda done, total: None),
            "applied": lambda: run.apply(lambda done, total: None),
        }
        for name, step in steps.items():
            began, cpu = time.perf_counter(), time.process_time()
            step()
            wall, used = time.perf_counter() - began, time.process_time() - cpu
            rate = len(events) / used
            print(f"{name:36} {len(events):,} events: {wall:6.1f} s, {used:6.1f} CPU-s, {rate:9,.0f} a CPU-second")
        store.close()


if __name__ == "__main__":
    main()
