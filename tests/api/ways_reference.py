"""How sessions keep to the journey, and what follows what, slow and obvious: way by way."""

import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from services.core.rows import SessionRow
from tests.api.factors_reference import label
from tests.api.pain_points_reference import adjusted
from tests.api.questions_reference import Period, is_done

PLACES = ["browse", "basket", "checkout", "checkout.address", "checkout.payment", "bought"]
"""Of the journey, in order."""


class Deviated(NamedTuple):
    """How many deviated, of how many that could; what it cost, and how much longer those took that got done."""

    sessions: int
    could: int
    cost: float | None
    extra: float | None


def conformance(period: Period) -> dict[tuple[str, str], Deviated]:
    over = [one for one in period.sessions if one.state == "closed" and one.path_stage]
    told: dict[tuple[str, str], Deviated] = {}
    for number, place in enumerate(PLACES):
        cases: dict[str, list[tuple[SessionRow, bool]]] = {"skipped": [], "repeated": [], "inserted": []}
        for one in over:
            way = [PLACES.index(label(*run)) for run in zip(one.path_stage, one.path_step, strict=True)]
            if max(way) > number:
                cases["skipped"].append((one, number not in way))
            if number in way:
                cases["repeated"].append((one, way.count(number) > 1))
                cases["inserted"].append((one, max(way[: way.index(number)], default=-1) > number))
        told |= {(kind, place): deviated(ones) for kind, ones in cases.items() if any(so for _, so in ones)}
    return told


def deviated(ones: Sequence[tuple[SessionRow, bool]]) -> Deviated:
    with_it, without = ([one for one, so in ones if so == deviates] for deviates in (True, False))
    some, others = ([((one.job,), is_done(one)) for one in those] for those in (with_it, without))
    took = [[one.ended_at - one.started_at for one in those if is_done(one)] for those in (with_it, without)]
    extra = (statistics.median(took[0]) - statistics.median(took[1])) / 1000 if all(took) else None
    return Deviated(len(with_it), len(ones), adjusted(some, others), extra)


Link = tuple[int, int, int, float | None]
"""How often, in how many sessions, how many of these got done, the median seconds between."""


def follows(period: Period) -> dict[tuple[str, str], Link]:
    between: dict[tuple[str, str], list[tuple[SessionRow, float | None]]] = {}
    for one in period.sessions:
        runs = [(label(*run), at) for *run, at in zip(one.path_stage, one.path_step, one.path_started_at, strict=True)]
        for (a, begun_a), (b, begun_b) in pairwise([("", None), *runs, ("", None)]) if runs else ():
            waited = None if begun_a is None or begun_b is None else (begun_b - begun_a) / 1000
            between.setdefault((a, b), []).append((one, waited))
    return {pair: link(ones) for pair, ones in between.items()}


def link(ones: Sequence[tuple[SessionRow, float | None]]) -> Link:
    sessions = {one.id: one for one, _ in ones}
    waits = [waited for _, waited in ones if waited is not None]
    return len(ones), len(sessions), sum(map(is_done, sessions.values())), statistics.median(waits) if waits else None
