"""How fast stored history is judged again: `uv run python -m bench.rejudge [--people 4000] [--rounds 2]`.

What counts is the time that a stages worker's process needs for the same events where they come live (bench/live.py),
from a real Kafka into ClickHouse over HTTP, beside the time that the command's process needs, from and into the same
ClickHouse: both pinned to one core, in turns, the time of the database and of the broker counted on neither side. With
it stands what a worker needs that catches up with all of them at once. It is of the whole history, also of what a
change lets be passed over. Needs Java and the jars of deploy/kafka.

With `--inside` everything is one process with the engine in it, whose time is counted on both sides; it is held against
catching up by the pure core and checkpoints of 20,000 events then, without Kafka and Faust.
"""

import argparse
import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from bench.accuracy import JOURNEY
from bench.live import fill, live, work
from bench.stages import PARTITIONS, TOPIC, cpu
from services.core.claim import claim
from services.core.detectors import DETECTORS
from services.core.event import Event
from services.core.journey import Journey, read_journey
from services.core.pipeline import Pipeline
from services.demo.people.network import arrive
from services.demo.people.person import PROJECT
from services.demo.people.town import visits
from services.edges.clickhouse import Store
from services.edges.history import Columns, StoreArchive
from services.edges.journey_file import load_journey
from services.rejudge.command import GC_THRESHOLD
from services.rejudge.run import Run
from tests.core.build import Record, encode
from tests.kafka_server import KafkaServer

CHECKPOINT = 20_000
LIVE = "a worker, live"
CATCHING_UP = "a worker that catches up"
DATABASE = "history"

Document: TypeAlias = dict[str, Any]


def write(store: Store, pipeline: Pipeline) -> None:
    changes = pipeline.take()
    store.insert_lines("events", changes.events)
    store.insert("findings", changes.findings)
    store.insert("sessions", changes.sessions)
    store.insert("session_state", changes.states)
    store.insert("positions", changes.positions)


def catch_up(store: Store, journey: Journey, records: list[Record], times: list[int]) -> None:
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


def _weights(document: Document) -> None:
    for job in document["jobs"]:
        for evidence in job["evidence"]:
            evidence["weight"] *= 0.9


def _added(matcher: Document) -> Callable[[Document], None]:
    """A stage before the checkout."""
    return lambda document: document["stages"].insert(2, {"name": "added", "enter": matcher})


def _reordered(document: Document) -> None:
    document["stages"][0:2] = document["stages"][1::-1]


def _job(document: Document) -> None:
    evidence = [{"match": {"path": "/c/garden"}, "weight": 3.0}]
    story = {"name": "garden", "when": "spring comes", "want": "to plant", "so_that": "it is green", "prior": 0.02}
    document["jobs"].append({**story, "evidence": evidence, "outcome": {"event": "Order Completed"}})


def _without(detector: str) -> Callable[[Document], None]:
    return lambda document: document["friction"].pop(detector)


EVERYTHING = "everything"

CHANGES: dict[str, Callable[[Document], None]] = {
    "one threshold (hesitation)": lambda document: document["friction"].update(hesitation={"pause": "12s"}),
    "one threshold (rage_click)": lambda document: document["friction"].update(rage_click={"clicks": 5}),
    "one threshold (stage_stall)": lambda document: document["stages"][2].update(patience="10m"),
    "one stage's matcher": _matcher,
    "the pause that ends a session": lambda document: document.update(sessions={"inactivity": "25m"}),
    "the weight of no known job": lambda document: document.update(unassigned=0.4),
    "the weights of all evidence": _weights,
    "a stage renamed": lambda document: document["stages"][0].update(name="look"),
    "a step renamed": lambda document: document["stages"][2]["steps"][0].update(name="where_to"),
    "a stage added, few pass it": _added({"event": "Gift Wrap Selected"}),
    "a stage added, a tenth passes it": _added({"event": "Products Compared"}),
    "a stage added, a third passes it": _added({"event": "Cart Viewed"}),
    "a stage added at the end": lambda document: document["stages"].append(
        {"name": "sent_back", "enter": {"event": "Return Requested"}}
    ),
    "a stage removed (basket)": lambda document: document["stages"].pop(1),
    "two stages change places": _reordered,
    "a step removed": lambda document: document["stages"][2]["steps"].pop(1),
    "a job renamed": lambda document: document["jobs"][1].update(name="present"),
    "a job added": _job,
    "a job removed": lambda document: document["jobs"].pop(2),
    "a detector off (dead_click)": _without("dead_click"),
    "a detector off (loop)": _without("loop"),
    "a page class (help)": lambda document: document.update(pages={"help": {"path": ["**/help", "/help/**"]}}),
    EVERYTHING: lambda document: None,
}


def timed(name: str, events: int, step: Callable[[], object], least: float) -> float:
    """Print how long it took, and return the CPU seconds; `least` are those of catching up, 0 where this is that."""
    began, cpu = time.perf_counter(), time.process_time()
    step()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    ratio = f", {least / used:5.1f} times catching up" if least else ""
    print(f"{name:32} {wall:6.1f} s, {used:6.1f} CPU-s, {events / used:9,.0f} events a CPU-second{ratio}", flush=True)
    return used


def unchanged(document: Document) -> None:
    """The journey by which all was judged."""


def inside(people: int) -> None:
    """All in this process."""
    gc.set_threshold(*GC_THRESHOLD)  # as a worker's process does, and the command's
    events, records, times = history(people)
    before = changed(unchanged)
    with tempfile.TemporaryDirectory() as folder, closing(Store.open(f"chdb://{Path(folder) / 'database'}")) as store:
        lives = timed("a worker's own work, no Kafka", len(events), lambda: catch_up(store, before, records, times), 0)
        for name, change in CHANGES.items():
            run = Run(StoreArchive(store), PROJECT, changed(change), date(2026, 1, 1))
            timed(f"{name}, shown", len(events), lambda run=run: run.judge(datetime.now(UTC), silent), lives)  # type: ignore[misc]
        timed("the last, applied", len(events), lambda: run.apply(silent), lives)


def history(people: int) -> tuple[list[Event], list[Record], list[int]]:
    events = arrive(visits(1, people), 1)
    print(f"{len(events):,} events")
    return events, encode(events), [one.received_at for one in events]


def compare(people: int, rounds: int, only: list[str]) -> None:
    """A worker and the command, each in a process on the second core."""
    from tests.clickhouse_server import clickhouse_server  # here: a contestant must not have the engine

    os.sched_setaffinity(0, {0})
    events, records, times = history(people)
    with tempfile.TemporaryDirectory() as folder, clickhouse_server(Path(folder)) as clickhouse:
        kafka = KafkaServer(Path(folder))
        kafka.start()
        try:
            kafka.create_topic(TOPIC, PARTITIONS)
            fill(kafka.address, TOPIC, events, records)
            with closing(Store.open(f"{clickhouse}/{DATABASE}")) as store:
                catch_up(store, changed(unchanged), records, times)
            measured: dict[str, list[float]] = defaultdict(list)
            for _ in range(rounds):
                for name in (LIVE, CATCHING_UP, *(only or CHANGES)):
                    measured[name].append(measure(name, kafka, clickhouse, events))
        finally:
            kafka.stop()
    lives, catching_up = (statistics.median(measured[name]) for name in (LIVE, CATCHING_UP))
    for name, seconds in measured.items():
        used = statistics.median(seconds)
        spread = f"{len(events) / max(seconds):9,.0f} … {len(events) / min(seconds):9,.0f}"
        print(
            f"{name:36}{len(events) / used:9,.0f} events a CPU-second ({spread}), {lives / used:5.1f} times live work,"
            f" {catching_up / used:5.1f} times catching up"
        )


def measure(name: str, kafka: KafkaServer, clickhouse: str, events: list[Event]) -> float:
    """The CPU seconds of one contestant."""
    topic = TOPIC if name != LIVE else f"live-{uuid.uuid4()}"
    command = ["taskset", "-c", "1", sys.executable, "-m", "bench.rejudge", "--only", name]
    command += ["--kafka", kafka.address, "--topic", topic, "--clickhouse", clickhouse, "--events", str(len(events))]
    if name == LIVE:
        kafka.create_topic(topic, PARTITIONS)
        said = live(command, kafka.address, topic, events)
    else:
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()[-1]
    measured: dict[str, float] = json.loads(said)
    return measured["cpu"]


def again(name: str, clickhouse: str) -> None:
    """The command, for one change."""
    with closing(Store.open(f"{clickhouse}/{DATABASE}")) as store:
        archive = Watched(store)
        archive.forget()  # of the round before
        journey = changed(CHANGES[name])
        gc.set_threshold(*GC_THRESHOLD)
        began = cpu()
        run = Run(archive, PROJECT, journey, date(2026, 1, 1), everything=name == EVERYTHING)
        run.judge(datetime.now(UTC), silent)
        used = cpu() - began
        print(f"{name}: {_share(store, archive):.0%} of the visitors read", file=sys.stderr)
        print(json.dumps({"cpu": used}))


class Watched(StoreArchive):
    """Knows whether everybody's events were asked for."""

    everybody = False

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        self.everybody = bool(parameters.get("everybody", self.everybody))
        return super().ask(question, parameters)


def _share(store: Store, archive: Watched) -> float:
    """Of the visitors, those who were read."""
    [read] = store.query("SELECT uniqExact(visitor) AS visitors FROM rejudged_visitors WHERE visitor != ''")
    [every] = store.query("SELECT uniqExact(visitor) AS visitors FROM events")
    return 1.0 if archive.everybody else float(read["visitors"] / every["visitors"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--inside", action="store_true", help="count the database's time too, and leave Kafka out")
    parser.add_argument("--only", choices=[LIVE, CATCHING_UP, *CHANGES], help="be this contestant")
    parser.add_argument("--changes", nargs="*", choices=CHANGES, help="only these")
    parser.add_argument("--kafka")
    parser.add_argument("--topic")
    parser.add_argument("--clickhouse")
    parser.add_argument("--events", type=int)
    given = parser.parse_args()
    if given.only in (LIVE, CATCHING_UP):
        asyncio.run(work(changed(unchanged), given.kafka, given.topic, given.clickhouse, given.events))
    elif given.only:
        again(given.only, given.clickhouse)
    elif given.inside:
        inside(given.people)
    else:
        compare(given.people, given.rounds, given.changes or [])


def silent(done: int, total: int) -> None:
    """Nobody watches the progress."""


if __name__ == "__main__":
    main()
