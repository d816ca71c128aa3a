"""What learned thresholds change: `uv run python -m bench.learned [--taught 1:5] [--seeds 100:104] [--people 1500]`.

`stage_stall` and `hesitation` among the simulated people of seeds from which nothing was learned: by the file's own
thresholds, and by those that `desireline learn` would learn from the people of other seeds, with no patience given.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec
from rich.console import Console
from rich.table import Table

from bench.accuracy import JOURNEY, judge, score, seeds_of
from services.core.act import Act
from services.core.event import Event
from services.core.form import FORM_FIELD
from services.core.journey import Journey, read_journey
from services.core.learned import Learned
from services.core.learning import Learning, Walk
from services.core.tab import HIDING
from services.demo.people.network import arrive
from services.demo.people.town import visits
from services.edges.journey_file import load_journey

DETECTORS = ("stage_stall", "hesitation")
_props: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])


def learned_from(journey: Journey, seeds: Sequence[int], people: int) -> Learned:
    """What the stored history of these people would teach."""
    learning = Learning(journey.places)
    for seed in seeds:
        events = arrive(visits(seed, people), seed)
        sessions, _ = judge(journey, events)
        for row in sessions:
            if row.path_stage:
                learning.see(Walk(row.job, row.path_stage, row.path_step, row.path_started_at, row.ended_at))
        for acts in _in_forms(events):
            learning.watch(acts)
    return learning.learned()


def _in_forms(events: Sequence[Event]) -> Iterator[list[Act]]:
    """Each visitor's acts in forms and hidings in their order, each once, as the store has them."""
    told = {one.id: one for one in events if one.name == FORM_FIELD or one.name in HIDING}
    ordered = sorted(told.values(), key=lambda one: (one.visitor, one.occurred_at, one.id))
    for _, theirs in groupby(ordered, key=attrgetter("visitor")):
        yield [Act(one.occurred_at, one.id, one.name, one.path, _props.decode(one.props)) for one in theirs]


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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--taught", type=seeds_of, default=range(1, 5), help="seeds to learn from")
    arguments.add_argument("--seeds", type=seeds_of, default=range(100, 104), help="seeds to judge")
    arguments.add_argument("--people", type=int, default=1_500, help="a seed")
    given = arguments.parse_args()
    table = Table("thresholds", "detector", "met", "found", "precision", "recall")
    for name, journey in variants(given.taught, given.people).items():
        scores = score(journey, given.seeds, given.people)
        for detector in DETECTORS:
            one = scores.detectors[detector]
            met, found = f"{one.right + one.missed:,}", f"{one.right + one.wrong:,}"
            table.add_row(name, detector, met, found, f"{one.precision:.3f}", f"{one.recall:.3f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
