"""`desireline check` and `desireline schema`: what they print."""

import json
import time
from pathlib import Path

import msgspec
from rich.console import Console

from services.check.answer import answer
from services.check.shown import show
from services.check.trial import Trial
from services.check.visits import read_visits
from services.core.journey import Journey, journey_schema
from services.core.unreachable import unreachable


def describe(journey: Journey, name: str, console: Console) -> None:
    """Say what a journey file means."""
    lines = [f"{name}: fine. Journey {journey.journey}, version {journey.version}."]
    lines += ["  " + " · ".join([stage.name, *(step.name for step in stage.steps)]) for stage in journey.stages]
    lines.append(f"  jobs: {', '.join(job.name for job in journey.jobs) or 'none'}")
    lines.append(f"  friction looked for: {', '.join(detector.name for detector in journey.detectors())}")
    for stage in journey.stages:
        if stage.friction:
            lines.append(f"  with other settings in {stage.name}: {', '.join(sorted(stage.friction))}")
    for one in unreachable(journey):
        furthest = f"what meets its rules also enters {', '.join(one.taken_by)}, and the furthest counts"
        lines.append(f"  never entered: {one.place}, since {furthest}: narrow its rules, or put it further on")
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def try_on(journey: Journey, visits: Path, console: Console, *, as_json: bool) -> None:
    """Say what recorded visits come to. Raises OSError where they cannot be read."""
    now = time.time_ns() // 1_000_000
    events, broken = read_visits(visits, now)
    told = answer(journey, events, broken, Trial(journey, events, now))
    if as_json:
        console.file.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    else:
        show(told, console)


def schema_text() -> str:
    """The JSON Schema of the journey file."""
    return json.dumps(journey_schema(), indent=1, ensure_ascii=False) + "\n"
