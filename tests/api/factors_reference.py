"""What goes with dropping off and with going on, slow and obvious: session by session."""

from collections import Counter
from collections.abc import Mapping, Sequence

from services.core.rows import SessionRow
from tests.api.drop_offs_reference import fate_of, last_places, places
from tests.api.pain_points_reference import depth
from tests.api.questions_reference import DAYTIMES, FEWEST, Beside, Period, Place, begun, beside


def label(stage: str, step: str) -> str:
    return f"{stage}.{step}" if step else stage


def left(period: Period) -> dict[Place, tuple[int, float, Counter[str], list[str]]]:
    """By place: abandoned, what was left by who did not finish, on which pages, the first ids of these."""
    told: dict[Place, list[tuple[str, SessionRow]]] = {}
    for one in period.sessions:
        fate = fate_of(one, period.same_person(one), period.as_of)
        for place in last_places(one) if fate else ():
            told.setdefault(place, []).append((fate, one))
    return {
        place: (
            sum(fate == "abandoned" for fate, _ in ones),
            sum(one.value for fate, one in ones if fate in {"abandoned", "undecided"}),
            Counter(one.exit_page for _, one in ones),
            sorted(one.id for fate, one in ones if fate in {"abandoned", "undecided"})[:3],
        )
        for place, ones in told.items()
    }


def circumstances(period: Period, one: SessionRow) -> dict[str, str]:
    """All that is told of when and how a session came."""
    return {
        "job": one.job, "device": one.device, "browser": one.browser, "os": one.os, "country": one.country,
        "referrer": one.referrer_class, "source": one.source, "medium": one.medium, "campaign": one.campaign,
        "visitor": "returning" if period.is_returning(one) else "new", "weekday": begun(one).strftime("%A").lower(),
        "daytime": DAYTIMES[begun(one).hour // 6],
    }  # fmt: skip


Factors = Mapping[str, set[tuple[str, str]]]
"""By a session's id, what it was under."""


def compared(sessions: Sequence[SessionRow], under: Factors, so: set[str]) -> dict[tuple[str, str], Beside]:
    """Each factor beside all sessions without it; `so` has the ids of those in which it happened."""
    told: dict[tuple[str, str], Beside] = {}
    for factor in set().union(*under.values()):
        some, others = ([one for one in sessions if (factor in under[one.id]) == has] for has in (True, False))
        if min(len(some), len(others)) >= FEWEST:
            told[factor] = beside(some, others, lambda one: one.id in so)
    return told


def drop_off_circumstances(period: Period) -> dict[tuple[str, str, str, str], Beside]:
    over = [one for one in period.sessions if one.state == "closed"]
    under = {one.id: {(kind, value) for kind, value in circumstances(period, one).items() if value} for one in over}
    told: dict[tuple[str, str, str, str], Beside] = {}
    for place in {place for one in over for place in places(one)}:
        came = [one for one in over if place in places(one)]
        ended = {one.id for one in came if place in last_places(one) and fate_of(one, [], 0)}
        found = compared(came, under, ended)
        told |= {(*place, *factor): counts for factor, counts in found.items()}
    return told


# Correlations


def correlations(period: Period, at: str, goal: str) -> dict[tuple[str, str], Beside]:
    came = [one for one in period.sessions if one.state == "closed" and at in labels(one)]
    went = {one.id: gone(one, at, goal) for one in came}
    under = {one.id: factors(period, one, at, went[one.id]) for one in came}
    return compared(came, under, {id for id, when in went.items() if when is not None})


def labels(one: SessionRow) -> set[str]:
    return {name for run in zip(one.path_stage, one.path_step, strict=True) for name in (run[0], label(*run))}


def gone(one: SessionRow, at: str, goal: str) -> int | None:
    """When it went on: to a later stage than it came in, or to the goal; after it came."""
    runs = list(zip(one.path_stage, one.path_step, one.path_started_at, strict=True))
    entry = next(n for n, run in enumerate(runs) if at in {run[0], label(*run[:2])})
    return next(
        (
            when
            for stage, step, when in runs[entry:]
            if (goal in {stage, label(stage, step)} if goal else depth(stage) > depth(runs[entry][0]))
        ),
        None,
    )


def factors(period: Period, one: SessionRow, at: str, went: int | None) -> set[tuple[str, str]]:
    runs = list(zip(one.path_stage, one.path_step, strict=True))
    entry = next(n for n, run in enumerate(runs) if at in {run[0], label(*run)})
    until = went if went is not None else 1 << 62
    return {
        *((kind, value) for kind, value in circumstances(period, one).items() if value),
        *(("place", label(*run)) for run in runs[:entry]),
        *(
            ("finding", f"{found.detector}@{label(found.stage, found.step)}")
            for found in period.shop.findings
            if found.session_id == one.id and found.detector != "checkout_abandonment" and found.occurred_at < until
        ),
        *(
            ("event", act.name)
            for act in period.shop.events
            if act.visitor == one.visitor and one.started_at <= act.occurred_at <= one.ended_at
            and act.occurred_at < until
        ),
    } - {("place", at)}  # fmt: skip
