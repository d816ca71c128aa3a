"""What the weights of a journey's evidence are among people whose jobs are known: `uv run python -m bench.weights`.

Multinomial logistic regression, which is the formula of `services.core.job` with priors and weights left open: the
values with which its confidence agrees best with what was true. A shop would fit them to what its customers say.
"""

import argparse
import math
from collections import Counter, defaultdict

from bench.accuracy import JOURNEY, judge, seeds_of
from services.core.job import UNASSIGNED
from services.demo.people.network import arrive
from services.demo.people.town import visits
from services.edges.journey_file import load_journey

ROUNDS = 2_000
STEP = 4.0
Shown = frozenset[str]


def fit(jobs: list[str], seen: Counter[tuple[Shown, str]]) -> dict[str, float]:
    """The log prior (under a job's name) and the weight (under a rule's) of each, over `unassigned`."""
    weights: dict[str, float] = defaultdict(float)
    total = seen.total()
    patterns: dict[Shown, Counter[str]] = defaultdict(Counter)
    for (shown, job), count in seen.items():
        patterns[shown][job] += count
    for _ in range(ROUNDS):
        slope: dict[str, float] = defaultdict(float)
        for shown, true in patterns.items():
            of = {job: [job, *(rule for rule in shown if rule.partition("/")[0] == job)] for job in jobs}
            odds = {job: math.exp(sum(weights[name] for name in names)) for job, names in of.items()}
            everything = 1.0 + sum(odds.values())
            for job, names in of.items():
                error = true[job] - true.total() * odds[job] / everything
                for name in names:
                    slope[name] += error
        for name, value in slope.items():
            weights[name] += STEP * value / total
    return dict(weights)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=seeds_of, default=range(1, 10), help="as in 1:10")
    arguments.add_argument("--people", type=int, default=1_500, help="a seed")
    given = arguments.parse_args()
    journey = load_journey(JOURNEY)
    seen: Counter[tuple[Shown, str]] = Counter()
    for seed in given.seeds:
        came = list(visits(seed, given.people))
        jobs = {(one.lived.visitor, one.lived.started_at): one.lived.job or UNASSIGNED for one in came}
        for session in judge(journey, arrive(came, seed))[0]:
            began = max(at for name, at in jobs if name == session.visitor and at <= session.started_at)
            if not any(rule.endswith("/stated") for rule in session.job_rules):
                seen[frozenset(session.job_rules), jobs[session.visitor, began]] += 1
    for name, weight in sorted(fit([job.name for job in journey.jobs], seen).items()):
        print(f"{name}: {weight:.2f}" if "/" in name else f"{name}: prior {journey.unassigned * math.exp(weight):.3f}")


if __name__ == "__main__":
    main()
