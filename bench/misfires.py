"""Why what was found is wrong: `uv run python -m bench.misfires [--seeds 200:210] [--people 1500]`.

Among the people of `bench.accuracy`: each finding of friction that nobody met, by what made it. What is found only
because events were lost or late is not found when the same people are judged by all of their events, in order. What is
found even then is parted by how the visit ended: whoever leaves at once, for a reason that no event tells, may look
like somebody who met that friction.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.accuracy import JOURNEY, VisitKey, found_in, judge, seeds_of, visits_of
from services.core.event import Event
from services.core.journey import Journey
from services.demo.people.lived import Friction, Lived
from services.demo.people.network import arrive
from services.demo.people.town import visits
from services.edges.journey_file import load_journey

NETWORK = "events lost on their way"
UNTOLD = "left there for a reason nobody told"
OTHERWISE = "left there for another fault"
ELSE = "else"
CAUSES = (NETWORK, UNTOLD, OTHERWISE, ELSE)


def misfires(journey: Journey, seeds: Sequence[int], people: int) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """How much each detector found, and how much of it is wrong for which cause."""
    found: Counter[str] = Counter()
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in seeds:
        came = list(visits(seed, people))
        lived = [one.lived for one in came]
        all_told = sorted((event for one in came for event in one.events), key=lambda one: one.occurred_at)
        as_sent, as_done = (_found(journey, lived, events) for events in (arrive(came, seed), all_told))
        for one in lived:
            key = one.visitor, one.started_at
            found.update(friction.detector for friction in as_sent[key])
            for friction in as_sent[key] - one.frictions:
                wrong[friction.detector][_cause(friction, one, as_done[key])] += 1
    return found, wrong


def _found(journey: Journey, lived: Sequence[Lived], events: Sequence[Event]) -> defaultdict[VisitKey, set[Friction]]:
    sessions, findings = judge(journey, events)
    return found_in(visits_of(sessions, lived), findings)


def _cause(friction: Friction, lived: Lived, as_done: set[Friction]) -> str:
    if friction not in as_done:
        return NETWORK
    if lived.stage != friction.stage or lived.stage == "bought":
        return ELSE
    return OTHERWISE if lived.left_for else UNTOLD


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=seeds_of, default=range(200, 210), help="as in 200:210")
    arguments.add_argument("--people", type=int, default=1_500, help="a seed")
    given = arguments.parse_args()
    found, wrong = misfires(load_journey(JOURNEY), given.seeds, given.people)
    table = Table("detector", "found", "wrong", *CAUSES)
    for name, causes in sorted(wrong.items()):
        table.add_row(name, f"{found[name]:,}", f"{causes.total():,}", *(f"{causes[cause]:,}" for cause in CAUSES))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
