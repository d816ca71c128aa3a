"""What the questions take: `uv run python -m bench.questions --sessions 1000000`.

Each question is asked over generated sessions with ten events each (bench/generated.py), beside the least SQL for its
main figures (bench/bare.py), in turns; the least of all rounds counts. What a busy machine changes least are the
seconds of the processors, so the ratio is of these. `--folder` keeps what was generated for another time: ten million
sessions take 5 GB, and half an hour.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.bare import BARE
from bench.generated import generated_shop
from services.api.question import Asked, Divisible
from services.api.questions.circumstances import CircumstancesQuestion, ask_circumstances
from services.api.questions.conformance import ConformanceQuestion, ask_conformance
from services.api.questions.correlations import CorrelationsQuestion, ask_correlations
from services.api.questions.drop_offs import DropOffsQuestion, ask_drop_offs
from services.api.questions.event_funnel import EventFunnelQuestion, ask_event_funnel
from services.api.questions.funnel import FunnelQuestion, ask_funnel
from services.api.questions.job_retention import JobRetentionQuestion, ask_job_retention
from services.api.questions.jobs import JobsQuestion, ask_jobs
from services.api.questions.journey_map import JourneyMapQuestion, ask_journey_map
from services.api.questions.pain_points import PainPointsQuestion, ask_pain_points
from services.api.questions.paths import PathsQuestion, ask_paths
from services.api.questions.segments import SegmentsQuestion, ask_segments
from services.api.questions.trends import TrendsQuestion, ask_trends
from services.api.questions.versions import VersionsQuestion, ask_versions
from services.api.scope import scope_of
from services.edges.clickhouse import StoreError

EVENTS = ["browse", "basket", "bought"]


class Taken(NamedTuple):
    """What a question took."""

    cpu_seconds: float
    seconds: float


def taken(question: Callable[[], object]) -> Taken:
    began, cpu = time.perf_counter(), time.process_time()
    question()
    return Taken(time.process_time() - cpu, time.perf_counter() - began)


def least(rounds: list[Taken]) -> Taken:
    """The least of each."""
    return Taken(*map(min, zip(*rounds, strict=True)))


FUNNELS = {
    "stage funnel": FunnelQuestion(),
    "... strictly": FunnelQuestion(order="strict"),
    "... in any order": FunnelQuestion(order="any"),
    "... by job": FunnelQuestion(breakdown="job"),
    "... with an exclusion": FunnelQuestion(steps="browse,bought", exclude="basket"),
    "... with an optional step": FunnelQuestion(optional="basket"),
    "... by day of entry": FunnelQuestion(trend="day"),
    "... with two filters": FunnelQuestion(job="gift", device="mobile"),
    "... with a filter by job": FunnelQuestion(device="mobile", breakdown="job"),
    "... within an hour": FunnelQuestion(window=timedelta(hours=1)),
    "... within six minutes": FunnelQuestion(window=timedelta(minutes=6)),
    "... within a minute": FunnelQuestion(window=timedelta(minutes=1)),
    "... each step within a minute": FunnelQuestion(step_windows="basket:1m,checkout:1m,bought:1m"),
    "... of new visitors": FunnelQuestion(visitors="new"),
    "... of people": FunnelQuestion(unit="person"),
    "... by segment": FunnelQuestion(breakdown="segment"),
}


Asking = tuple[Callable[[Asked, Any], object], Divisible]
ASKED: Mapping[str, Asking] = {
    "trends": (ask_trends, TrendsQuestion()),
    "versions": (ask_versions, VersionsQuestion()),
    "retention of jobs": (ask_job_retention, JobRetentionQuestion()),
    "circumstances": (ask_circumstances, CircumstancesQuestion()),
    "conformance": (ask_conformance, ConformanceQuestion()),
    "paths": (ask_paths, PathsQuestion()),
    "jobs": (ask_jobs, JobsQuestion()),
    "segments": (ask_segments, SegmentsQuestion()),
    "pain points": (ask_pain_points, PainPointsQuestion()),
    "journey map": (ask_journey_map, JourneyMapQuestion()),
    "correlations": (ask_correlations, CorrelationsQuestion(events=False)),
    "correlations with events": (ask_correlations, CorrelationsQuestion()),
    "drop-offs": (ask_drop_offs, DropOffsQuestion()),
}
"""Those that can be broken down (bench/breakdowns.py)."""


def asks(asked: Asked) -> dict[str, Callable[[], object]]:
    """Each question, ready to be asked."""
    return {
        **{
            name: partial(ask_funnel, replace(asked, scope=scope_of(one, one.part)), one)
            for name, one in FUNNELS.items()
        },
        "funnel of events": partial(ask_event_funnel, asked, EventFunnelQuestion(step=EVENTS)),
        "... counts only": partial(ask_event_funnel, asked, EventFunnelQuestion(step=EVENTS, counts_only=True)),
        **{name: partial(ask, asked, question) for name, (ask, question) in ASKED.items()},
    }


def ask_bare(asked: Asked, name: str) -> None:
    for statement in BARE[name]:
        asked.store.query(statement)


def measured(asked: Asked, name: str, ask: Callable[[], object], rounds: int) -> str:
    """A line of the table. Raises StoreError where the question has no answer."""
    ours: list[Taken] = []
    bare: list[Taken] = []
    for _ in range(rounds):
        ours.append(taken(ask))
        try:
            bare.append(taken(partial(ask_bare, asked, name)))
        except StoreError as error:
            return f"{shown(name, ours)}   the bare SQL: {error}"
    ratio = least(ours).cpu_seconds / least(bare).cpu_seconds
    return f"{shown(name, ours)}   {shown('bare', bare).lstrip()}   {ratio:5.2f} times"


def shown(name: str, runs: list[Taken]) -> str:
    """The least of some runs."""
    one = least(runs)
    return f"{name:>26}  {one.cpu_seconds:7.2f} CPU-s {one.seconds:7.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="names of questions, separated by commas")
    parser.add_argument("--merged", action="store_true", help="let each month become one part first")
    parser.add_argument("--folder", type=Path, help="where to keep what is generated")
    arguments = parser.parse_args()
    chosen = [name for name in arguments.only.split(",") if name]
    with generated_shop(arguments.sessions, merged=arguments.merged, folder=arguments.folder) as asked:
        print(
            f"{arguments.sessions:,} sessions, {arguments.sessions * 10:,} events, least of {arguments.rounds}",
            flush=True,
        )
        for name, ask in asks(asked).items():
            if not chosen or name in chosen:
                try:
                    print(measured(asked, name, ask, arguments.rounds), flush=True)
                except StoreError as error:
                    print(f"{name:>26}  {error}", flush=True)


if __name__ == "__main__":
    main()
