"""How right the detectors and the jobs are: `uv run python -m bench.accuracy [--seeds 100:110] [--people 1500]`.

Simulated people (`services.demo.people`), of whom it is known what they came for and what they met, through the pure
core as it judges live events. Seeds below 100 were used to find faults; the figures of docs/accuracy.md are of others.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services import demo
from services.core.changes import Changes
from services.core.detectors import DETECTORS
from services.core.event import Event
from services.core.job import UNASSIGNED
from services.core.journey import Journey
from services.core.rows import FindingRow, SessionRow
from services.demo.people.lived import Friction, Lived
from services.demo.people.network import arrive
from services.demo.people.town import visits
from services.edges.journey_file import load_journey
from tests.core.build import Record, encode, pipeline, standing

LEFT_FOR = {
    "account_wall": ("wall",),
    "cost_surprise": ("fees",),
    "form_abandonment": ("address", "card"),
}
"""Detectors of what people met and then left or went back, by the faults that somebody leaves for who leaves for it."""

FETCH = 2_000
AIM = 0.95
AIM_ECE = 0.05
BINS = 10
JOURNEY = Path(demo.__file__).parent / "shop.yaml"


@dataclass
class Score:
    """Of one detector: sessions and places where it was right, wrong, and silent where it should not have been."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def count(self, met: set[Friction], found: set[Friction]) -> None:
        """Hold what was found in one visit against what was met."""
        self.right += len(met & found)
        self.wrong += len(found - met)
        self.missed += len(met - found)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


@dataclass
class Scores:
    """What is told of all seeds."""

    visits: int = 0
    sessions: int = 0
    events: int = 0
    detectors: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in DETECTORS})
    left_for: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in LEFT_FOR})
    wrong: Counter[Friction] = field(default_factory=Counter)
    missed: Counter[Friction] = field(default_factory=Counter)
    jobs: list[tuple[float, bool]] = field(default_factory=list)  # confidence of each label, and whether it is right
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)  # (true job, label)

    @property
    def job_accuracy(self) -> float:
        return sum(right for _, right in self.jobs) / max(1, len(self.jobs))

    @property
    def calibration_error(self) -> float:
        """Expected calibration error (Naeini et al., 2015): how far confidence lies from the share that is right."""
        return sum(len(part) * abs(_mean(part, 0) - _mean(part, 1)) for part in self.parts()) / max(1, len(self.jobs))

    def parts(self) -> Iterator[list[tuple[float, bool]]]:
        """The labels in bins of equal width by their confidence, those bins left out that are empty."""
        for number in range(BINS):
            part = [one for one in self.jobs if min(int(one[0] * BINS), BINS - 1) == number]
            if part:
                yield part

    def add(self, lived: Lived, label: tuple[str, float], found: set[Friction]) -> None:
        """Take in one visit that was seen."""
        self.visits += 1
        self.jobs.append((label[1], label[0] == (lived.job or UNASSIGNED)))
        self.labels[lived.job or UNASSIGNED, label[0]] += 1
        _count(self.detectors, lived.frictions, found)
        _count(self.left_for, {one for one in lived.frictions if _left_for(one, lived)}, found)
        self.wrong.update(found - lived.frictions)
        self.missed.update(lived.frictions - found)


def _count(scores: dict[str, Score], met: set[Friction], found: set[Friction]) -> None:
    for detector in {one.detector for one in met | found} & scores.keys():
        scores[detector].count(_of(detector, met), _of(detector, found))


def _of(detector: str, frictions: set[Friction]) -> set[Friction]:
    return {one for one in frictions if one.detector == detector}


def _left_for(friction: Friction, lived: Lived) -> bool:
    return lived.left_for is not None and lived.left_for.name in LEFT_FOR.get(friction.detector, ())


def score(journey: Journey, seeds: Sequence[int], people: int) -> Scores:
    """Judge the people of these seeds, and hold it against what they lived."""
    scores = Scores()
    for seed in seeds:
        came = list(visits(seed, people))
        arrived = arrive(came, seed)
        sessions, findings = judge(journey, arrived)
        scores.events += len(arrived)
        scores.sessions += len(sessions)
        _compare(scores, [one.lived for one in came], sessions, findings)
    return scores


def judge(journey: Journey, events: Sequence[Event]) -> tuple[list[SessionRow], list[FindingRow]]:
    """The sessions and findings that stand once these live events have come, in the order of their arrival."""
    made = pipeline(journey)
    records = encode(events)
    taken: list[Changes] = []
    for at in range(0, len(records), FETCH):
        part: list[Record] = records[at : at + FETCH]
        made.feed(0, part, now=events[at].received_at)
        taken.append(made.take())
    made.tick(0, events[-1].received_at + 86_400_000)
    taken.append(made.take())
    sessions, findings = standing(taken)
    return list(sessions.values()), list(findings.values())


def _compare(
    scores: Scores, lived: Sequence[Lived], sessions: Sequence[SessionRow], findings: Sequence[FindingRow]
) -> None:
    """Each visit is told once."""
    visit_of = visits_of(sessions, lived)
    found = found_in(visit_of, findings)
    labels = {visit_of[one.id]: (one.job, one.job_confidence) for one in in_time(sessions)}
    for one in lived:
        key = one.visitor, one.started_at
        if key in labels:
            scores.add(one, labels[key], found[key])


VisitKey = tuple[str, int]
"""Whose it is and when it began."""


def visits_of(sessions: Iterable[SessionRow], lived: Sequence[Lived]) -> dict[str, VisitKey]:
    """The visit of each session: the one of their visitor that began last before it."""
    by_visitor: dict[str, list[Lived]] = {}
    for one in lived:
        by_visitor.setdefault(one.visitor, []).append(one)
    visit_of: dict[str, VisitKey] = {}
    for session in sessions:
        visit = next(one for one in reversed(by_visitor[session.visitor]) if one.started_at <= session.started_at)
        visit_of[session.id] = visit.visitor, visit.started_at
    return visit_of


def found_in(visit_of: dict[str, VisitKey], findings: Iterable[FindingRow]) -> defaultdict[VisitKey, set[Friction]]:
    """What was found in each visit, once for each kind and place."""
    found: defaultdict[VisitKey, set[Friction]] = defaultdict(set)
    for one in findings:
        found[visit_of[one.session_id]].add(Friction(one.detector, one.stage, one.step))
    return found


def in_time(sessions: Iterable[SessionRow]) -> list[SessionRow]:
    return sorted(sessions, key=lambda row: row.started_at)


def _mean(part: Sequence[tuple[float, bool]], place: int) -> float:
    return sum(one[place] for one in part) / len(part)


def show(scores: Scores, console: Console, *, faults: bool) -> None:
    """Print what was found."""
    console.print(f"{scores.visits:,} visits seen as {scores.sessions:,} sessions, {scores.events:,} events")
    console.print(_table("met", scores.detectors))
    console.print("Of these, had each to be what they left for, which no event tells:")
    console.print(_table("left for it", scores.left_for))
    jobs = Table("confidence", "labels", "mean confidence", "right")
    for part in scores.parts():
        low = min(int(part[0][0] * BINS), BINS - 1) / BINS
        jobs.add_row(f"{low:.1f}", f"{len(part):,}", f"{_mean(part, 0):.3f}", f"{_mean(part, 1):.3f}")
    console.print(jobs)
    said = f"jobs: accuracy {scores.job_accuracy:.3f}, expected calibration error {scores.calibration_error:.4f}"
    console.print(said, highlight=False)
    if faults:
        for title, counted in (("wrong", scores.wrong), ("missed", scores.missed)):
            console.print(title, [(*one, count) for one, count in counted.most_common(25)])


def _table(truth: str, scores: dict[str, Score]) -> Table:
    table = Table("detector", truth, "found", "precision", "recall", "")
    for name, one in scores.items():
        verdict = "" if min(one.precision, one.recall) >= AIM else f"below {AIM}"
        met, found = one.right + one.missed, one.right + one.wrong
        table.add_row(name, f"{met:,}", f"{found:,}", f"{one.precision:.3f}", f"{one.recall:.3f}", verdict)
    return table


def seeds_of(text: str) -> range:
    """`100:110` as the seeds from 100 to 109."""
    first, _, end = text.partition(":")
    return range(int(first), int(end or int(first) + 1))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=seeds_of, default=range(100, 110), help="as in 100:110")
    arguments.add_argument("--people", type=int, default=1_500, help="a seed")
    arguments.add_argument("--faults", action="store_true", help="also where they were wrong, to look into")
    given = arguments.parse_args()
    show(score(load_journey(JOURNEY), given.seeds, given.people), Console(width=100), faults=given.faults)


if __name__ == "__main__":
    main()
