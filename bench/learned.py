"""What learned thresholds change: `uv run python -m bench.learned [--taught 1:5] [--seeds 100:104] [--people 1500]`.

`stage_stall` and `hesitation` among the simulated people of seeds from which nothing was learned: by the file's own
thresholds, and by those that `desireline learn` would learn from the people of other seeds, with no patience given.

A page that asks for what must be looked for is what `stage_stall` was given its patience for, and the truth of
`bench.accuracy`. Beside it the wider one: somebody did not get on there, whatever kept them.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec
from rich.console import Console
from rich.table import Table

from bench.accuracy import JOURNEY, Score, found_in, judge, seeds_of, visits_of
from services.core.act import Act
from services.core.event import Event
from services.core.journey import Journey, read_journey
from services.core.learned import Learned
from services.core.learning import TELLING, Learning, Walk
from services.demo.people.lived import Friction, Lived
from services.demo.people.network import arrive
from services.demo.people.town import visits
from services.edges.journey_file import load_journey

STALL = "stage_stall"
WHATEVER = f"{STALL}, whatever kept them"
TRUTHS = {STALL: STALL, "hesitation": "hesitation", WHATEVER: STALL}
"""What is asked, and of which detector."""

_props: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])


def learned_from(journey: Journey, seeds: Sequence[int], people: int) -> Learned:
    """What the stored history of these people would teach."""
    learning = Learning(journey.places)
    for seed in seeds:
        events = arrive(visits(seed, people), seed)
        sessions, _ = judge(journey, events)
        for visitor, acts in _beside_paths(events):
            learning.watch(visitor, acts)
        for row in sessions:
            if row.path_stage:
                walk = Walk(row.visitor, row.job, row.path_stage, row.path_step, row.path_started_at, row.ended_at)
                learning.see(walk)
    return learning.learned()


def _beside_paths(events: Sequence[Event]) -> Iterator[tuple[str, list[Act]]]:
    """Each visitor's acts in forms and hidings in their order, each once, as the store has them."""
    told = {one.id: one for one in events if one.name in TELLING}
    ordered = sorted(told.values(), key=lambda one: (one.visitor, one.occurred_at, one.id))
    for visitor, theirs in groupby(ordered, key=attrgetter("visitor")):
        yield visitor, [Act(one.occurred_at, one.id, one.name, one.path, _props.decode(one.props)) for one in theirs]


def variants(taught: Sequence[int], people: int) -> dict[str, Journey]:
    """The same journey with thresholds from nobody, from its author, and from other people."""
    given = load_journey(JOURNEY)
    document = given.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for stage in document["stages"]:
        for part in (stage, *stage.get("steps", ())):
            part.pop("patience", None)
    bare = read_journey(document)
    learned = learned_from(bare, taught, people)
    print(learned.model_dump_json())
    return {
        "defaults alone": bare,
        "the file's own patience (payment 3m)": given,
        "learned": read_journey({**document, "learned": learned.model_dump(mode="json")}),
    }


def score(journey: Journey, seeds: Sequence[int], people: int) -> dict[str, Score]:
    """Judge the people of these seeds, and hold it against what they lived, by each truth."""
    scores = {truth: Score() for truth in TRUTHS}
    for seed in seeds:
        came = list(visits(seed, people))
        sessions, findings = judge(journey, arrive(came, seed))
        visit_of = visits_of(sessions, [one.lived for one in came])
        found, seen = found_in(visit_of, findings), set(visit_of.values())
        for lived in (one.lived for one in came if (one.lived.visitor, one.lived.started_at) in seen):
            for truth, detector in TRUTHS.items():
                mine = {one for one in found[lived.visitor, lived.started_at] if one.detector == detector}
                scores[truth].count(_met(truth, lived), mine)
    return scores


def _met(truth: str, lived: Lived) -> set[Friction]:
    if truth == WHATEVER:
        return {Friction(STALL, *place) for place in lived.held_up}
    return {one for one in lived.frictions if one.detector == truth}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--taught", type=seeds_of, default=range(1, 5), help="seeds to learn from")
    arguments.add_argument("--seeds", type=seeds_of, default=range(100, 104), help="seeds to judge")
    arguments.add_argument("--people", type=int, default=1_500, help="a seed")
    given = arguments.parse_args()
    table = Table("thresholds", "detector", "met", "found", "precision", "recall")
    for name, journey in variants(given.taught, given.people).items():
        for truth, one in score(journey, given.seeds, given.people).items():
            met, found = f"{one.right + one.missed:,}", f"{one.right + one.wrong:,}"
            table.add_row(name, truth, met, found, f"{one.precision:.3f}", f"{one.recall:.3f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
