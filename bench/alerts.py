"""Alerts against simulated series: `uv run python -m bench.alerts [--series 500] [--only faults]`.

Series of four weeks in which nothing is wrong (hour-of-week seasonality, overdispersion, low volumes, growth), judged
in projects of 25 cells and each alone; then +50 % and more planted in cells with at least 100 exposed an hour, to be
found within two windows. Beside our rule: z-score, MAD and a same-weekday median on the same series, and the limit:
what the same rule finds when it is told each hour's usual rate and how much rates vary, instead of learning them.
Last, faults that several cells feel together: how often they are one incident, and rightly named.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console

from services.alerts.faults import tallies
from services.alerts.peers import PEERS
from services.alerts.proof import (
    CELLS,
    FREQUENT,
    LASTS,
    Plant,
    falseness,
    is_found,
    is_found_by,
    knows,
    peer_falseness,
    plants,
    projects,
)
from services.alerts.shown import show_faults
from services.alerts.simulation import LIFTS
from services.core.spikes.judgement import Demand
from services.core.spikes.rules import MOST_FALSE_A_WEEK, AlertRules

SIZES = {"100-150": range(100, 151), "150-400": range(150, 400), "400+": range(400, 100_000)}
Rows = Mapping[tuple[str, float, float], Sequence[Plant]]


def planted(series: int, rounds: int, first: int) -> Rows:
    made = projects(series, CELLS, seed=first)
    rows: defaultdict[tuple[str, float, float], list[Plant]] = defaultdict(list)
    for size, exposed in SIZES.items():
        for lift in LIFTS:
            for seed in range(first, first + rounds):
                for plant in plants(made, lift, np.random.default_rng(seed), exposed):
                    rows[size, lift, plant.rate].append(plant)
    return rows


def share(found: Sequence[bool]) -> str:
    return f"{sum(found) / len(found):6.2f}"


def print_falseness(series: int, seed: int, demand: Demand) -> None:
    print(f"False incidents a week of a project (configured: at most {MOST_FALSE_A_WEEK['usual']})", flush=True)
    for cells in (CELLS, 1):
        made = projects(series, cells, seed)
        ours = falseness(made, demand)
        print(f"  ours, {cells:2} cells a project: {ours.false_a_week:8.3f}  ({ours.false_incidents} of "
              f"{ours.series} series, {ours.weeks:.0f} project weeks)", flush=True)  # fmt: skip
        for peer in PEERS if cells > 1 else ():
            told = peer_falseness(made, peer, demand)
            print(f"  {peer.name:>25}: {told.false_a_week:8.3f}  ({told.false_incidents})", flush=True)


def print_power(rows: Rows, demand: Demand) -> None:
    print(f"\nFound within {LASTS} windows\n{'exposed':>8} {'lift':>5} {'usual':>6} {'plants':>6} {'ours':>6}", end="")
    print("".join(f"{name:>8}" for name in ("z", "MAD", "median")), "  who knows what is usual")
    wholes: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for (size, lift, rate), some in sorted(rows.items()):
        found = [(is_found(plant, demand), knows(plant, demand)) for plant in some]
        peers = "".join(f"  {share([is_found_by(peer, plant) for plant in some])}" for peer in PEERS)
        print(f"{size:>8} {lift:5} {rate:6} {len(some):6} {_shares(found, peers)}", flush=True)
        wholes["any usual rate"] += found
        if rate >= FREQUENT:
            wholes["usual rate of 20 % and more"] += found
            wholes[f"usual rate of 20 % and more, {size} exposed"] += found
    for name, found in wholes.items():
        print(f"+50 % and more, {name}: {len(found)} planted; ours, who knows: {_shares(found)}")


def _shares(found: Sequence[tuple[bool, bool]], between: str = "") -> str:
    return f"{share([ours for ours, _ in found])}{between}  {share([best for _, best in found])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shops", type=int, default=100, help="projects for faults that several cells feel")
    parser.add_argument("--direction", choices=("up", "down"), default="up", help="of the faults that cells feel")
    parser.add_argument("--only", choices=("falseness", "power", "faults"))
    arguments = parser.parse_args()
    demand = AlertRules().demand()
    if arguments.only in (None, "falseness"):
        print_falseness(arguments.series, arguments.seed, demand)
    if arguments.only in (None, "power"):
        print_power(planted(arguments.series, arguments.rounds, arguments.seed), demand)
    if arguments.only in (None, "faults"):
        show_faults(
            tallies(arguments.shops, replace(demand, direction=arguments.direction), arguments.seed), Console(width=120)
        )


if __name__ == "__main__":
    main()
