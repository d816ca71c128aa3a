"""What a stages worker needs for the events of some history had they come live, and where it catches up with a log.

Live means that what changed is written each second, so that answers know of it and nothing is lost: the row and the
state of everybody who did something in it. A worker that catches up with days of a log writes nearly every session
once, since it is over within one checkpoint; nothing that comes live is ever as cheap.

Ten days cannot be waited for. So all visits go on at the same time, begun at random moments of half a minute, and of
each comes in a second what its visitor did in the next second in which they did anything: the pauses between, in which
a worker has nothing to do for it, are left out. The times that events tell stay as far apart as they were.

`uv run python -m bench.live [--people 4000]` says what of it the core alone needs, and how many rows it writes.
"""

import argparse
import asyncio
import gc
import random
import subprocess
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

import msgspec

from bench.stages import PARTITIONS, Meter, producer, publish
from services.core.claim import claim
from services.core.event import Event, Millis
from services.core.journey import Journey
from services.core.pipeline import Pipeline
from services.edges.clickhouse import Store
from services.rejudge.command import GC_THRESHOLD
from services.settings import Settings
from services.stages.app import create_app
from services.stages.checkpoint import VISITORS_AT_ONCE
from services.stages.parcel import Parcel
from services.stages.process import spare_the_collector
from tests.core.build import Record, encode

BEGIN_WITHIN = 30
"""Seconds."""
PAUSE = 1_800_000
"""Milliseconds that end a visit."""
CHECKPOINT = 20_000
"""Events of one, as by default."""


def fill(address: str, topic: str, events: Sequence[Event], records: Sequence[Record]) -> None:
    """Put all on a topic at once."""
    to = producer(address)
    for number, (event, record) in enumerate(zip(events, records, strict=True)):
        publish(to, topic, event.visitor, record.value)
        if number % 10_000 == 0:
            to.flush()
    to.flush()


def seconds(events: Sequence[Event], now: Millis, seed: int = 1) -> list[list[Event]]:
    """What comes in each second from now on."""
    dice = random.Random(seed)
    told: defaultdict[int, list[Event]] = defaultdict(list)
    for number, visit in enumerate(_visits(events)):
        later, begins = now - visit[0].occurred_at, dice.randrange(BEGIN_WITHIN)
        active = groupby(visit, key=lambda one: one.occurred_at // 1000)
        for second, (_, acts) in enumerate(active, begins):
            for act in acts:
                # Nobody is in two visits at once. Times to come let no session end before its last event.
                moved = {"occurred_at": act.occurred_at + later, "received_at": now + second * 1000}
                told[second].append(msgspec.structs.replace(act, visitor=f"{act.visitor} {number}", **moved))
    return [told[second] for second in range(max(told) + 1)]


def _visits(events: Sequence[Event]) -> Iterator[list[Event]]:
    visit: list[Event] = []
    for one in sorted(events, key=lambda one: (one.visitor, one.occurred_at, one.id)):
        last = visit[-1] if visit else None
        if last is not None and (last.visitor != one.visitor or one.occurred_at - last.occurred_at > PAUSE):
            yield visit
            visit = []
        visit.append(one)
    if visit:
        yield visit


def come(address: str, topic: str, events: Sequence[Event]) -> None:
    """Have events come second by second."""
    coming = [
        [(one.visitor, msgspec.json.encode(one)) for one in second]
        for second in seconds(events, Millis(time.time_ns() // 1_000_000))
    ]
    to, began = producer(address), time.monotonic()
    for second, those in enumerate(coming):
        time.sleep(max(0.0, began + second - time.monotonic()))
        for visitor, value in those:
            publish(to, topic, visitor, value)
        to.flush()


def live(command: Sequence[str], address: str, topic: str, events: Sequence[Event]) -> str:
    """What a worker says at last that is started by a command, once it is ready and all of the events have come."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", "it did not start"
        come(address, topic, events)
        return worker.stdout.readlines()[-1]


def core_alone(journey: Journey, coming: Sequence[Sequence[Event]]) -> None:
    """Print what the core needs for events in so many checkpoints, from their bytes to rows as they are sent."""
    before = accumulate(map(len, coming), initial=0)
    records = [encode(events, first) for events, first in zip(coming, before, strict=False)]
    pipeline, sent, sessions, states = Pipeline(journey), 0, 0, 0
    [claimed] = claim([], "log", [0], 1, "bench")
    pipeline.assign(0, claimed.position, ())
    began = time.process_time()
    for events, those in zip(coming, records, strict=True):
        pipeline.feed(0, those, now=events[-1].received_at)
        parcel = Parcel(pipeline.begin())
        while pipeline.render(VISITORS_AT_ONCE):
            parcel.pack()
        parcel.pack()
        sent += len(those)
        sessions += len(parcel.sessions)
        states += len(parcel.states)
    used = (time.process_time() - began) / sent * 1e6
    told = f"{len(coming)} checkpoints, {sessions / sent:.2f} sessions and {states / sent:.2f} states written an event"
    print(f"{used:6.2f} us an event; {told}", flush=True)


def main() -> None:
    from bench.rejudge import changed, history, unchanged

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4_000)
    events, _, _ = history(parser.parse_args().people)
    gc.set_threshold(*GC_THRESHOLD)
    journey = changed(unchanged)
    print("catching up, in checkpoints of 20,000 events:")
    core_alone(journey, [events[at : at + CHECKPOINT] for at in range(0, len(events), CHECKPOINT)])
    print("live, a checkpoint each second:")
    core_alone(journey, [second for second in seconds(events, events[0].received_at) if second])


async def work(journey: Journey, address: str, topic: str, clickhouse: str, events: int) -> None:
    """A worker, from the beginning of a topic into a database of its own, until so many events are stored."""
    meter = Meter(events)
    store = Store.open(f"{clickhouse}/live_{uuid.uuid4().hex[:8]}")
    settings = Settings(kafka=address, topic=topic, group=f"bench-{uuid.uuid4()}")
    app = create_app(settings, journey, store, uuid.uuid4().hex)
    await app.start()
    spare_the_collector()
    meter.start()
    reporting = asyncio.ensure_future(meter.report())
    while len(app.checkpoint.partitions) < PARTITIONS:  # noqa: ASYNC110 - nobody tells when that is
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    while not reporting.done():
        await asyncio.sleep(0.05)
        meter.seen = 0
        meter.count(sum(account.stored for account in app.checkpoint._accounts.values()))
    await reporting


if __name__ == "__main__":
    main()
