"""Malformed records among good ones, put straight into the topic: each set aside with its bytes and the right reason,
and nothing waits for it.

They come at a steady pace that a worker can keep up with: in a backlog it waits for the database, whatever it reads.
"""

import asyncio
import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, pairwise
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
from confluent_kafka import Producer

from services.core.event import Event
from services.core.key_hash import key_hash
from tests.chaos.cluster import PARTITIONS, Cluster
from tests.chaos.ledger import PROJECT
from tests.chaos.service import WITHIN, answers
from tests.chaos.trial import Say
from tests.kafka_server import free_port

GOOD = Event(id="x", project=PROJECT, visitor="v", type="track", name="view", occurred_at=1, received_at=1)
TEXT = msgspec.json.encode(GOOD)
A_SECOND = 5_000
"""Records: half of what a worker takes that shares two cores with its broker and its database."""
AT_ONCE = 500
LOOK_EVERY = 0.05
"""Seconds. A pause is known to within that."""
FAILED = frozenset({"a time beyond 64 bits"})
"""Kinds that are events by their shape, and fail only where they are worked on; the others cannot be read."""
MALFORMED: dict[str, bytes | None] = {
    "nothing at all": None,
    "empty": b"",
    "no JSON": b"\x00\x01\x02\xff",
    "half an event": TEXT[: len(TEXT) // 2],
    "two events in one": TEXT + TEXT,
    "a list": b"[1, 2, 3]",
    "a byte order mark": b"\xef\xbb\xbf" + TEXT,
    "no visitor": TEXT.replace(b'"visitor":"v",', b""),
    "a number for an id": TEXT.replace(b'"id":"x"', b'"id":7'),
    "a fraction for a time": TEXT.replace(b'"occurred_ms":1', b'"occurred_ms":1.5'),
    "a time beyond 64 bits": TEXT.replace(b'"occurred_ms":1', b'"occurred_ms":%d' % 2**70),
    "not a number": TEXT[:-1] + b',"props":{"price":NaN}}',
    "half a surrogate pair": TEXT.replace(b'"name":"view"', rb'"name":"\ud800"'),
}


@dataclass
class Sent:
    """What was put into the topic: where each malformed record lies."""

    good: int = 0
    malformed: dict[tuple[int, int], tuple[bytes, str]] = field(default_factory=dict)  # with the reason


@dataclass(frozen=True)
class Poison:
    """So many records of which so many are malformed, at places drawn from a seed."""

    seed: int
    records: int
    malformed: int

    def values(self) -> Iterator[tuple[str, bytes | None, str]]:
        """Visitor, value, and why it must be set aside, "" for an event."""
        random = Random(self.seed)
        bad = set(random.sample(range(self.records), self.malformed))
        kinds = cycle(MALFORMED.items())
        now = time.time_ns() // 1_000_000
        for number in range(self.records):
            visitor = f"visitor-{number % (self.records // 10):07}"
            if number in bad:
                kind, value = next(kinds)
                yield visitor, value, "failed" if kind in FAILED else "unreadable"
                continue
            at = now - 600_000 + number * 500_000 // self.records
            one = msgspec.structs.replace(GOOD, id=f"e-{number:08x}", visitor=visitor, occurred_at=at, received_at=at)
            yield visitor, msgspec.json.encode(one), ""


def publish(address: str, poison: Poison) -> Sent:
    """Put it all into the topic, at a steady pace."""
    producer = Producer({"bootstrap.servers": address, "linger.ms": 20, "compression.type": "zstd", "log_level": 0})
    sent, began = Sent(), time.monotonic()

    def lies(error: Any, message: Any, value: bytes, reason: str) -> None:
        assert error is None, error
        sent.malformed[message.partition(), message.offset()] = value, reason

    for number, (visitor, value, reason) in enumerate(poison.values()):
        heard = partial(lies, value=value or b"", reason=reason) if reason else None
        producer.produce("events", value, visitor, key_hash(visitor) % PARTITIONS, callback=heard)
        sent.good += not reason
        if number % AT_ONCE == 0:
            producer.flush()
            time.sleep(max(number / A_SECOND - (time.monotonic() - began), 0.0))
    producer.flush()
    return sent


async def run(poison: Poison, folder: Path, say: Say) -> str:
    """Let one worker go through it while it comes, and look: a report. Raises AssertionError."""
    async with Cluster(folder, workers=()) as cluster:
        metrics = f"http://127.0.0.1:{(port := free_port())}/metrics"
        cluster.service("one", "stages", worker="one", health_port=str(port)).start()
        await answers(metrics)
        watching = asyncio.create_task(_longest_pause(metrics, poison.records))
        sent = await asyncio.to_thread(publish, cluster.kafka.address, poison)
        say(f"{poison.records} records are in the topic, {len(sent.malformed)} of them malformed (seed {poison.seed})")
        pause = await watching
        await cluster.caught_up()
        await asyncio.to_thread(_check, cluster, sent)
        assert not cluster.ended_by_themselves, cluster.ended_by_themselves
    return (
        f"{len(sent.malformed)} of {poison.records} set aside with their bytes and reason, {sent.good} events stored; "
        f"{A_SECOND:,} records a second, the longest time without one applied {pause:.2f} s"
    )


async def _longest_pause(metrics: str, records: int) -> float:
    """Seconds, from the first record that the worker says it has applied to the last."""
    moments: list[float] = []
    applied, deadline = 0, time.monotonic() + WITHIN
    async with httpx.AsyncClient() as asking:
        while applied < records:
            before, applied = applied, _applied((await asking.get(metrics)).text)
            if applied > before:
                moments.append(time.monotonic())
                deadline = moments[-1] + WITHIN
            assert time.monotonic() < deadline, f"{applied} of {records} records are applied, and no more come"
            await asyncio.sleep(LOOK_EVERY)
    return max((later - earlier for earlier, later in pairwise(moments)), default=0.0)


def _applied(metrics: str) -> int:
    [line] = [line for line in metrics.splitlines() if line.startswith("desireline_stages_records_applied_total ")]
    return int(float(line.split()[1]))


def _check(cluster: Cluster, sent: Sent) -> None:
    rows = cluster.store.query("SELECT partition, offset, reason, raw FROM refused_events FINAL")
    stored = {(row["partition"], row["offset"]): (base64.b64decode(row["raw"]), row["reason"]) for row in rows}
    assert stored.keys() == sent.malformed.keys(), f"{len(stored)} are set aside instead of {len(sent.malformed)}"
    wrong = [(stored[place], must) for place, must in sent.malformed.items() if stored[place] != must]
    assert not wrong, f"{len(wrong)} are set aside with other bytes or for another reason, such as {wrong[0]}"
    [count] = cluster.store.query("SELECT count() AS events FROM events FINAL")
    assert count["events"] == sent.good, f"{count['events']} events are stored, {sent.good} were good"
