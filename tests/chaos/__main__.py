"""The long proof: `uv run python -m tests.chaos`, or `make chaos`. Needs Java and the jars of deploy/kafka.

Parts: `cluster` (every disaster on a real Kafka), `embedded` (`up` killed again and again), `poison`, `soak`.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

from tests.chaos import embedded, poison, soak, trial
from tests.kafka_server import missing

Part = Callable[[argparse.Namespace, Path], Coroutine[object, object, str]]


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def cluster(given: argparse.Namespace, folder: Path) -> Coroutine[object, object, str]:
    made = trial.Trial.short(given.seed) if given.short else trial.Trial.long(given.seed, given.events)
    return trial.run(made, folder, say)


def up(given: argparse.Namespace, folder: Path) -> Coroutine[object, object, str]:
    kills = 4 if given.short else 30
    return embedded.run(embedded.EmbeddedTrial(given.seed, kills, kills * 700), folder, say)


async def malformed(given: argparse.Namespace, folder: Path) -> str:
    """With and without: how long anything takes here says nothing by itself."""
    records = 20_000 if given.short else 1_000_000
    reports = []
    for number in (0, records // 100):
        (beside := folder / str(number)).mkdir()
        reports.append(await poison.run(poison.Poison(given.seed, records, number), beside, say))
    return "\n".join(reports)


def steady(given: argparse.Namespace, folder: Path) -> Coroutine[object, object, str]:
    return soak.run(given.minutes, folder, say)


PARTS: dict[str, Part] = {"cluster": cluster, "embedded": up, "poison": malformed, "soak": steady}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--events", type=int, default=200_000, help="at least so many, in the cluster")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak")
    parser.add_argument("--short", action="store_true", help="what CI runs")
    parser.add_argument("--keep", type=Path, help="a new folder for logs, ledger and data; default: a temporary one")
    given = parser.parse_args()
    if lack := missing():
        sys.exit(lack)
    if unknown := set(given.parts) - PARTS.keys():
        sys.exit(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    failed = [name for name in given.parts or PARTS if not held(name, given)]
    return 1 if failed else 0


def held(name: str, given: argparse.Namespace) -> bool:
    """Run one part; whether what it proves held."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        folder = (given.keep or Path(temporary)) / name
        folder.mkdir(parents=True)
        say(f"== {name}, seed {given.seed} ==")
        try:
            say(asyncio.run(PARTS[name](given, folder)))
        except AssertionError as error:
            say(f"{name} FAILED: {error}")
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
