"""What the questions beside the funnel take: `uv run python -m bench.questions --sessions 1000000`.

Over the sessions of `bench.answers`, with a finding in each ninth of them and as many events as their paths have
places, each question is timed beside the least SQL over the same sessions.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from bench.generated import EVENTS, FINDINGS, PERIOD, STAGES, journey
GENERATED=""

from bench.answers import BARE, taken
from services.api.question import Asked
from services.api.questions.circumstances import CircumstancesQuestion, ask_circumstances
from services.api.questions.conformance import ConformanceQuestion, ask_conformance
from services.api.questions.correlations import CorrelationsQuestion, ask_correlations
from services.api.questions.drop_offs import DropOffsQuestion, ask_drop_offs
from services.api.questions.freshness import ask_freshness
from services.api.questions.job_retention import JobRetentionQuestion, ask_job_retention
from services.api.questions.jobs import JobsQuestion, ask_jobs
from services.api.questions.journey_map import JourneyMapQuestion, ask_journey_map
from services.api.questions.pain_points import PainPointsQuestion, ask_pain_points
from services.api.questions.paths import PathsQuestion, ask_paths
from services.api.questions.segments import SegmentsQuestion, ask_segments
from services.api.questions.trends import TrendsQuestion, ask_trends
from services.api.questions.versions import VersionsQuestion, ask_versions
from services.api.scope import scope_of
from services.edges.clickhouse import Store

FINDINGS = """
INSERT INTO findings (project, opened_on, session_id, id, visitor, detector, stage, severity, occurred_at, version)
SELECT project, opened_on, id, concat('f', id), visitor, 'rage_click', path_stage[-1], 2, ended_at, 1
FROM sessions WHERE cityHash64(id) % 9 = 0
"""
EVENTS = """
INSERT INTO events (project, id, visitor, type, name, occurred_at)
SELECT project, concat(id, toString(n)), visitor, 'track', path_stage[n], path_started_at[n]
FROM sessions ARRAY JOIN arrayEnumerate(path_stage) AS n
"""


def asks(asked: Asked) -> dict[str, Callable[[], object]]:
    """Each question, ready to be asked."""
    by_job = JourneyMapQuestion()
    mapped = Asked(
        asked.store, asked.journey, asked.project, asked.period, asked.freshness, scope_of(by_job, by_job.part)
    )
    return {
        "jobs": partial(ask_jobs, asked, JobsQuestion()),
        "drop-offs": partial(ask_drop_offs, asked, DropOffsQuestion()),
        "pain points": partial(ask_pain_points, asked, PainPointsQuestion()),
        "journey map": partial(ask_journey_map, mapped, by_job),
        "paths": partial(ask_paths, asked, PathsQuestion()),
        "conformance": partial(ask_conformance, asked, ConformanceQuestion()),
        "circumstances": partial(ask_circumstances, asked, CircumstancesQuestion()),
        "correlations": partial(ask_correlations, asked, CorrelationsQuestion(events=False)),
        "correlations with events": partial(ask_correlations, asked, CorrelationsQuestion()),
        "retention of jobs": partial(ask_job_retention, asked, JobRetentionQuestion()),
        "trends": partial(ask_trends, asked, TrendsQuestion()),
        "segments": partial(ask_segments, asked, SegmentsQuestion()),
        "versions": partial(ask_versions, asked, VersionsQuestion()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"chdb://{folder}")
        client = store.address.connect(store.address.database, {})
        client.command(GENERATED, {"sessions": arguments.sessions})
        client.command(FINDINGS)
        client.command(EVENTS)
        client.close()
        asked = Asked(store, journey(), "bench", PERIOD, ask_freshness(store, "bench"))
        least = statistics.median(
            taken(lambda: store.query(BARE, {"stages": list(STAGES)})).seconds for _ in range(arguments.rounds)
        )
        print(f"{arguments.sessions:,} sessions, medians of {arguments.rounds}; bare {least:.2f} s", flush=True)
        for name, ask in asks(asked).items():
            median = statistics.median(taken(ask).seconds for _ in range(arguments.rounds))
            print(f"{name:>30}  {median:8.2f} s  {median / least:6.1f} times bare", flush=True)
        store.close()


if __name__ == "__main__":
    main()
