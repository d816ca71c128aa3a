"""Alerts against simulated series: `uv run python -m bench.alerts [--series 500]`.

Series of four weeks in which nothing is wrong (hour-of-week seasonality, overdispersion, low volumes, growth), judged
in projects of 25 cells and each alone; then +50 % and more planted in cells with at least 100 exposed an hour, to be
found within two windows. Beside our rule: z-score, MAD and a same-weekday median on the same series, and what a test
could reach that knows the true rate, at our configured rate of false incidents.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import binom

from services.alerts.proof import (
    CELLS,
    LASTS,
    PEERS,
    Plant,
    falseness,
    is_found,
    is_found_by,
    peer_falseness,
    plants,
    projects,
)
from services.alerts.simulation import FIRST_HOUR
from services.core.spikes.rules import MOST_FALSE_A_WEEK, AlertRules

SIZES = {"100-150": range(100, 151), "150-400": range(150, 400), "400+": range(400, 100_000)}
LIFTS = (1.5, 2.0, 3.0)
Rows = Mapping[tuple[str, float, float], Sequence[Plant]]


def known_rate(plant: Plant, level: float) -> float:
    """The power of a test that knows each hour's true rate and looks at both windows together."""
    truth = plant.project.truths[plant.cell]
    at = slice(plant.hour - FIRST_HOUR, plant.hour - FIRST_HOUR + LASTS)
    exposed, rate = int(truth.exposed[at].sum()), float(truth.rates[at].mean())
    critical = binom.isf(level, exposed, rate)
    return float(binom.sf(critical, exposed, min(0.97, rate * plant.lift)))


def planted(series: int, rounds: int) -> Rows:
    made = projects(series, CELLS, seed=1)
    rows: defaultdict[tuple[str, float, float], list[Plant]] = defaultdict(list)
    for size, exposed in SIZES.items():
        for lift in LIFTS:
            for seed in range(rounds):
                for plant in plants(made, lift, np.random.default_rng(seed), exposed):
                    rows[size, lift, plant.rate].append(plant)
    return rows


def share(found: Sequence[bool]) -> str:
    return f"{sum(found) / len(found):6.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    demand = AlertRules().demand()
    print(f"False incidents a week of a project (configured: at most {MOST_FALSE_A_WEEK['usual']})", flush=True)
    for cells in (CELLS, 1):
        made = projects(arguments.series, cells, seed=1)
        ours = falseness(made, demand)
        print(f"  ours, {cells:2} cells a project: {ours.false_a_week:8.3f}  ({ours.false_incidents} of "
              f"{ours.series} series, {ours.weeks:.0f} project weeks)", flush=True)  # fmt: skip
        for peer in PEERS if cells > 1 else ():
            told = peer_falseness(made, peer, demand)
            print(f"  {peer.name:>25}: {told.false_a_week:8.3f}  ({told.false_incidents})", flush=True)
    # The rate of false incidents that is configured, shared by the cells and hours of a week.
    level = MOST_FALSE_A_WEEK["usual"] / 168 / CELLS
    print(f"\nFound within {LASTS} windows\n{'exposed':>8} {'lift':>5} {'usual':>6} {'plants':>6} {'ours':>6}", end="")
    print("".join(f"{name:>8}" for name in ("z", "MAD", "median")), "  known rate")
    for (size, lift, rate), rows in sorted(planted(arguments.series, arguments.rounds).items()):
        ours_found = share([is_found(plant, demand) for plant in rows])
        peers = "".join(f"  {share([is_found_by(peer, plant) for plant in rows])}" for peer in PEERS)
        best = np.mean([known_rate(plant, level) for plant in rows])
        print(f"{size:>8} {lift:5} {rate:6} {len(rows):6} {ours_found}{peers}  {best:6.2f}", flush=True)


if __name__ == "__main__":
    main()
