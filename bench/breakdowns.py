"""What broken-down questions take: `uv run python -m bench.breakdowns --sessions 150000 --by country`.

Each question over a generated shop (bench/generated.py), of all values at once and of each value apart, in turns;
seconds of the processors, the least of all rounds. A third of the sessions says of which of four segments its visitor
is.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bench.generated import generated_shop
from bench.questions import ASKED, Asking, least, taken
from services.api.endpoint import divided, values_of
from services.api.question import Asked, Breakdown, Divisible
from services.api.questions.open_jobs import OpenJobsQuestion, ask_open_jobs
from services.api.questions.paths import PathsQuestion, ask_paths
from services.api.questions.trends import TrendsQuestion, ask_trends
from services.api.scope import COLUMNS, SEGMENT, VISITORS, scope_of
from services.edges.clickhouse import StoreError

SAID = """
INSERT INTO events (project, id, visitor, type, name, occurred_at, context)
SELECT project, concat(id, 's'), visitor, 'track', 'said', started_at,
    concat('{"traits":{"segment":"', ['gold', 'silver', 'bronze', 'tin'][1 + cityHash64(id, 7) % 4], '"}}')
FROM sessions WHERE cityHash64(id, 8) % 3 = 0
"""
QUESTIONS: Mapping[str, Asking] = {
    **ASKED,
    "trends by device": (ask_trends, TrendsQuestion(by="device")),
    "trends of visitors by device": (ask_trends, TrendsQuestion(metric="visitors", by="device")),
    "open jobs": (ask_open_jobs, OpenJobsQuestion()),
    "paths of events": (ask_paths, PathsQuestion(of="events")),
}


def at_once(asked: Asked, by: Breakdown, ask: Callable[[Asked, Any], object], question: Divisible) -> None:
    for _, (of_value, narrowed) in divided(asked, question, by, values_of(asked, by)):
        ask(of_value, narrowed)


def apart(asked: Asked, by: Breakdown, ask: Callable[[Asked, Any], object], question: Divisible) -> None:
    for value in values_of(asked, by).most:
        narrowed = question.model_copy(update={by: value})
        ask(replace(asked, scope=scope_of(narrowed)), narrowed)


def measured(asked: Asked, by: Breakdown, name: str, rounds: int) -> str:
    """A line of the table."""
    ask, question = QUESTIONS[name]
    ways: list[Callable[[], object]] = [
        partial(ask, asked, question),
        *(partial(way, asked, by, ask, question) for way in (at_once, apart)),
    ]
    turns = [[taken(way) for way in ways] for _ in range(rounds)]
    whole, once, each = (least(list(one)).cpu_seconds for one in zip(*turns, strict=True))
    return f"{name:>28}  whole {whole:6.2f}   at once {once:6.2f}   apart {each:6.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=150_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--by", default="country", choices=(*COLUMNS, SEGMENT, VISITORS))
    parser.add_argument("--only", default="", help="names of questions, separated by commas")
    arguments = parser.parse_args()
    chosen = [name for name in arguments.only.split(",") if name] or list(QUESTIONS)
    with generated_shop(arguments.sessions, merged=True) as asked:
        asked.store.change(SAID, {})
        for name in chosen:
            try:
                print(measured(asked, arguments.by, name, arguments.rounds), flush=True)
            except StoreError as error:
                print(f"{name:>26}  {error}", flush=True)


if __name__ == "__main__":
    main()
