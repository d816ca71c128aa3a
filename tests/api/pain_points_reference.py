"""What pain points are, slow and obvious: each session that met one, and each that did not."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.core.rows import FindingRow, SessionRow
from tests.api.drop_offs_reference import STAGES, WINDOW, places
from tests.api.questions_reference import FEWEST, Period, Place


def depth(stage: str) -> int:
    return STAGES.index(stage) + 1 if stage in STAGES else 0


class Weighed(NamedTuple):
    """One pain point, or one kind of abandonment at one place."""

    affected: int
    exposed: int
    findings: int
    severity: int
    seconds: float
    last_at: int
    naive: float | None
    adjusted: float | None
    examples: list[str]
    value: float
    fates: Counter[str]


def pain_points(period: Period) -> dict[tuple[str, str, str, str, str], Weighed]:
    by_id = {one.id: one for one in period.sessions}
    found: dict[tuple[str, str, str, str, str], list[FindingRow]] = {}
    for one in period.shop.findings:
        if one.session_id in by_id and (not one.stage or (one.stage, one.step) in places(by_id[one.session_id])):
            found.setdefault((one.detector, one.stage, one.step, one.page, one.element), []).append(one)
    return {key: weighed(period, key[1:3], ones, by_id) for key, ones in found.items()}


def weighed(period: Period, place: Place, found: Sequence[FindingRow], by_id: Mapping[str, SessionRow]) -> Weighed:
    by_session: dict[str, list[FindingRow]] = {}
    for one in found:
        by_session.setdefault(one.session_id, []).append(one)
    fates = {id: left_fate(period, ones[0], by_id[id]) for id, ones in by_session.items()}
    standing = [id for id, fate in fates.items() if not fate]
    came = [one for one in period.sessions if not place[0] or place in places(one)]
    stuck = [(by_id[id], min(one.occurred_at for one in ones)) for id, ones in by_session.items()]
    groups = [
        [((*kind_of(period, one), deepest(one, place, at)), later(one, place, at)) for one, at in stuck],
        [
            ((*kind_of(period, one), deepest(one, place, None)), later(one, place, None))
            for one in came
            if one.id not in by_session
        ],
    ]
    return Weighed(
        len(standing),
        len(came),
        sum(len(by_session[id]) for id in standing),
        max(one.severity for one in found),
        statistics.median(sum(one.cost_seconds for one in ones) for ones in by_session.values()),
        max(one.occurred_at for one in found),
        naive(*groups),
        adjusted(*groups),
        sorted(standing)[:3],
        sum(max(one.value for one in by_session[id]) for id in standing),
        Counter(fates.values()),
    )


def kind_of(period: Period, one: SessionRow) -> tuple[object, ...]:
    return one.job, one.device, period.is_returning(one)


def entry_of(one: SessionRow, place: Place) -> int:
    runs = zip(one.path_stage, one.path_step, strict=True)
    return next((n for n, run in enumerate(runs) if place in {run, (run[0], "")}), 0) if place[0] else 0


def deepest(one: SessionRow, place: Place, stuck_at: int | None) -> int:
    """The furthest stage there was before: before the finding, or before it came here."""
    if stuck_at is None:
        before = one.path_stage[: entry_of(one, place)]
    else:
        before = [stage for stage, at in zip(one.path_stage, one.path_started_at, strict=True) if at < stuck_at]
    return max([depth(place[0]), *map(depth, before)])


def later(one: SessionRow, place: Place, stuck_at: int | None) -> bool:
    """Whether it went on to a later stage: after the finding, or after it came here."""
    runs = list(zip(one.path_stage, one.path_started_at, strict=True))
    after = runs[entry_of(one, place) :] if stuck_at is None else [run for run in runs if run[1] >= stuck_at]
    return any(depth(stage) > depth(place[0]) for stage, _ in after)


Fared = Sequence[tuple[tuple[object, ...], bool]]


def naive(affected: Fared, unaffected: Fared) -> float | None:
    if not affected or not unaffected:
        return None
    some, others = (sum(went for _, went in group) / len(group) for group in (affected, unaffected))
    return others - some


def adjusted(affected: Fared, unaffected: Fared) -> float | None:
    """Differences within strata, each weighed by n₁n₀/N; none where fewer than 30 a side can be compared."""
    total, weights, compared = 0.0, 0.0, [0, 0]
    for stratum in {one for one, _ in affected}:
        some, others = ([went for one, went in group if one == stratum] for group in (affected, unaffected))
        if some and others:
            weight = len(some) * len(others) / (len(some) + len(others))
            total += weight * (sum(others) / len(others) - sum(some) / len(some))
            weights += weight
            compared = [compared[0] + len(some), compared[1] + len(others)]
    return total / weights if weights and min(compared) >= FEWEST else None


def left_fate(period: Period, one: FindingRow, of: SessionRow) -> str:
    """Of an abandonment that was taken back, how; else ''."""
    if one.detector != "checkout_abandonment":
        return ""
    acts = sorted(
        act
        for other in period.same_person(of)
        for act in [
            *zip(other.path_started_at, other.path_stage, strict=True),
            *zip(other.path_ended_at, other.path_stage, strict=True),
            *([(other.outcome_at, "")] if other.outcome_at and other.job == one.job else []),
        ]
        if one.occurred_at < act[0] <= one.occurred_at + WINDOW
    )
    finish = next((at for at, stage in acts if stage in {"bought", ""}), None)
    if finish is None:
        return ""
    again = {stage for at, stage in acts if at <= finish} - {"bought", ""}
    passed = any(depth(stage) >= depth(one.stage) for stage in again)
    return "continued_later" if passed else "done_elsewhere"
