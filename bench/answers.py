"""What answers take: `uv run python -m bench.answers --sessions 1000000`.

Funnels over sessions generated in ClickHouse's own engine, each beside the least SQL that counts something like it:
the sessions that came to each stage, in whatever order, without times, windows or intervals. Rounds take turns.
Beside the seconds of a clock stand those of the processors, which a busy machine changes less. `--merged` lets each
month become one part first, as it does where it has been quiet for an hour.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from services.api.period import Period
from services.api.question import Asked
from services.api.questions.freshness import ask_freshness
from services.api.questions.funnel import FunnelQuestion, ask_funnel
from services.core.journey import Journey, read_journey
from services.edges.clickhouse import Store

STAGES = ("browse", "basket", "checkout", "bought")
PERIOD = Period(since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 1, 16, tzinfo=UTC))
GENERATED = """
INSERT INTO sessions (project, opened_on, id, visitor, started_at, ended_at, state, path_stage, path_step,
    path_started_at, path_ended_at, path_event, job, stage, version)
WITH
    cityHash64(number) AS dice,
    arraySlice(['browse', 'basket', 'browse', 'checkout', 'checkout', 'bought'], 1,
        multiIf(dice % 100 < 55, 1, dice % 100 < 75, 2, dice % 100 < 85, 3, 4 + intDiv(dice, 256) % 3)) AS way,
    toDateTime64('2026-01-01', 3, 'UTC')
        + toIntervalMillisecond(intDiv(number * 1209600000, {sessions:UInt64})) AS began,
    arrayCumSum(arrayMap(n -> toInt64(cityHash64(number, n) % 90000), arrayEnumerate(way))) AS waits
SELECT 'bench', toDate(began), lower(hex(sipHash128(number))), concat('v', toString(dice % 700000)), began,
    began + toIntervalMillisecond(waits[-1]), 'closed',
    way, arrayMap(n -> if(n = 4, 'address', ''), arrayEnumerate(way)),
    arrayMap(w -> began + toIntervalMillisecond(w), waits), arrayMap(w -> began + toIntervalMillisecond(w), waits),
    arrayMap(s -> 'e', way), ['gift', 'replace', 'unassigned'][1 + dice % 3], way[-1], 1
FROM numbers({sessions:UInt64})
"""
BARE = """
SELECT arrayMap(stage -> has(path_stage, stage), {stages:Array(String)}) AS reached, count()
FROM sessions FINAL
WHERE project = 'bench' AND started_at >= '2026-01-01 00:00:00' AND started_at < '2026-01-16 00:00:00'
GROUP BY reached
"""
QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "stage funnel": {},
    "... in any order": {"order": "any"},
    "... strictly": {"order": "strict"},
    "... by job": {"breakdown": "job"},
    "... with a window of a step": {"step_windows": "basket:30m"},
    "... with an exclusion": {"steps": "browse,basket,bought", "exclude": "checkout.address"},
}


def journey() -> Journey:
    stages: list[dict[str, object]] = [{"name": stage, "enter": {"event": stage}} for stage in STAGES]
    stages[2]["steps"] = [{"name": "address", "enter": {"path": "/address"}}]
    return read_journey({"journey": "bench", "stages": stages})


class Taken(NamedTuple):
    """What a question took."""

    seconds: float
    cpu_seconds: float


def taken(question: Callable[[], object]) -> Taken:
    began, cpu = time.perf_counter(), time.process_time()
    question()
    return Taken(time.perf_counter() - began, time.process_time() - cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--merged", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"chdb://{folder}")
        client = store.address.connect(store.address.database, {})
        client.command(GENERATED, {"sessions": arguments.sessions})
        if arguments.merged:
            client.command("OPTIMIZE TABLE sessions FINAL")
        client.close()
        asked = Asked(store, journey(), "bench", PERIOD, ask_freshness(store, "bench"))
        asking: dict[str, Callable[[], object]] = {"bare": lambda: store.query(BARE, {"stages": list(STAGES)})}
        asking |= {
            name: partial(ask_funnel, asked, FunnelQuestion.model_validate(parameters))
            for name, parameters in QUESTIONS.items()
        }
        rounds = [{name: taken(ask) for name, ask in asking.items()} for _ in range(arguments.rounds)]
        store.close()
    medians = {
        name: Taken(*(statistics.median(column) for column in zip(*(one[name] for one in rounds), strict=True)))
        for name in asking
    }
    least = medians["bare"]
    print(f"{arguments.sessions:,} sessions, {arguments.rounds} rounds, medians; times bare")
    for name, one in medians.items():
        times, cpu_times = one.seconds / least.seconds, one.cpu_seconds / least.cpu_seconds
        print(f"{name:>30}  {one.seconds:7.2f} s {times:6.1f}   {one.cpu_seconds:7.2f} CPU-s {cpu_times:6.1f}")


if __name__ == "__main__":
    main()
