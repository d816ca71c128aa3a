"""Drop-offs, slow and obvious: each session is looked at, and all that its person did later."""

from collections.abc import Sequence

from services.core.rows import SessionRow
from tests.api.jobs_reference import people
from tests.api.shop import DAY, JOURNEY

STAGES = [stage.name for stage in JOURNEY.stages]
WINDOW = 14 * DAY * 1000

Told = tuple[int, int, int, int, int]
"""Came, dropped, continued later, done elsewhere, undecided."""


def drop_offs(sessions: Sequence[SessionRow], begins: int, ends: int) -> dict[tuple[str, str], Told]:
    """By place: what `/v1/drop-offs` must count."""
    known, as_of = people(sessions), max(one.ended_at for one in sessions)
    told: dict[tuple[str, str], list[int]] = {}
    for one in sessions:
        if begins <= one.started_at < ends:
            same = [other for other in sessions if person(other, known) == person(one, known)]
            fate = fate_of(one, same, as_of)
            for place in places(one):
                counts = told.setdefault(place, [0] * 5)
                counts[0] += 1
                if fate and place in last_places(one):
                    counts[1] += 1
                    if fate in FATES:
                        counts[FATES.index(fate) + 2] += 1
    return {place: (a, b, c, d, e) for place, (a, b, c, d, e) in told.items()}


FATES = ("continued_later", "done_elsewhere", "undecided")


def person(one: SessionRow, known: dict[str, str]) -> str:
    return one.user or known[one.visitor]


def places(one: SessionRow) -> set[tuple[str, str]]:
    found = {(stage, step) for stage, step in zip(one.path_stage, one.path_step, strict=True) if step}
    return found | {(stage, "") for stage in one.path_stage} or {("", "")}


def last_places(one: SessionRow) -> set[tuple[str, str]]:
    if not one.path_stage:
        return {("", "")}
    return {(one.path_stage[-1], ""), (one.path_stage[-1], one.path_step[-1])}


def fate_of(one: SessionRow, same: Sequence[SessionRow], as_of: int) -> str:
    """What became of a session that dropped off; empty where it did not."""
    if one.state != "closed" or "bought" in one.path_stage or one.outcome_at:
        return ""
    left_at = one.ended_at
    acts = sorted(
        act
        for other in same
        for act in [
            *zip(other.path_started_at, other.path_stage, strict=True),
            *([(other.outcome_at, "")] if other.outcome_at and other.job == one.job else []),
        ]
        if left_at < act[0] <= left_at + WINDOW
    )
    finish = next((at for at, stage in acts if stage in {"bought", ""}), None)
    if finish is None:
        return "undecided" if left_at + WINDOW > as_of else "abandoned"
    last = one.path_stage[-1] if one.path_stage else ""
    least = STAGES.index(last) if last else -1
    passed = any(at <= finish and stage not in {"bought", ""} and STAGES.index(stage) >= least for at, stage in acts)
    return "continued_later" if passed else "done_elsewhere"
