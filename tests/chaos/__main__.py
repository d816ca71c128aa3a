"""The long proof: `uv run python -m tests.chaos`, or `make chaos`. Needs Java and the jars of deploy/kafka."""

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

from tests.chaos import trial


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--short", action="store_true", help="the version that CI runs")
    parser.add_argument("--keep", type=Path, help="a folder to keep everything in; default: a temporary one")
    given = parser.parse_args()
    made = trial.Trial.short(given.seed) if given.short else trial.Trial.long(given.seed, given.events)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        if given.keep:
            given.keep.mkdir(parents=True)
        say(asyncio.run(trial.run(made, given.keep or Path(folder), say)))


if __name__ == "__main__":
    main()
