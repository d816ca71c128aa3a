"""What questions mean, slow and obvious: each session is looked at, one after the other, as often as it takes."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from services.core.event import Event
from services.core.rows import FindingRow, SessionRow
from tests.api.drop_offs_reference import fate_of, last_places, places
from tests.api.jobs_reference import Span, attempts, people
from tests.api.random_shop import RandomShop

Place = tuple[str, str]
Drawn = Callable[[SessionRow], str]

FEWEST = 30
DAYTIMES = ("night", "morning", "afternoon", "evening")
AROUND = timedelta(days=28)


class Period:
    """A shop's sessions that began between two moments, told of in UTC."""

    def __init__(self, shop: RandomShop, begins: int, ends: int) -> None:
        self.shop, self.span = shop, (begins, ends)
        self.sessions = [one for one in shop.sessions if begins <= one.started_at < ends]
        self.as_of = max(one.ended_at for one in shop.sessions)

    def is_returning(self, one: SessionRow) -> bool:
        return any(other.visitor == one.visitor and other.started_at < one.started_at for other in self.shop.sessions)

    def same_person(self, one: SessionRow) -> list[SessionRow]:
        known = people(self.shop.sessions)
        return [other for other in self.shop.sessions if person(other, known) == person(one, known)]


def person(one: SessionRow, known: Mapping[str, str]) -> str:
    return one.user or known[one.visitor]


def is_done(one: SessionRow) -> bool:
    return "bought" in one.path_stage or one.outcome_at > 0


def begun(one: SessionRow) -> datetime:
    return datetime.fromtimestamp(one.started_at / 1000, UTC)


# Circumstances: (job, what, kind, value) → under it, of these it happened in, others, of these, odds ratio.
Beside = tuple[int, int, int, int, float]


def circumstances(period: Period) -> dict[tuple[str, str, str, str], Beside]:
    kinds: dict[str, Drawn] = {
        "device": lambda one: one.device,
        "country": lambda one: one.country,
        "campaign": lambda one: one.campaign,
        "referrer": lambda one: one.referrer_class,
        "visitor": lambda one: "returning" if period.is_returning(one) else "new",
        "weekday": lambda one: begun(one).strftime("%A").lower(),
        "daytime": lambda one: DAYTIMES[begun(one).hour // 6],
    }
    told = {}
    for kind, value_of in kinds.items():
        for value in {value_of(one) for one in period.sessions} - {""}:
            for job in {one.job for one in period.sessions}:
                with_job = [one for one in period.sessions if one.job == job]
                for what, those, happened in (
                    ("arises", period.sessions, lambda one, job=job: one.job == job),
                    ("done", with_job, lambda one: one.outcome_at > 0),
                ):
                    under = [one for one in those if value_of(one) == value]
                    others = [one for one in those if value_of(one) != value]
                    if min(len(under), len(others)) >= FEWEST:
                        told[job, what, kind, value] = beside(under, others, happened)
    return told


def beside(under: Sequence[SessionRow], others: Sequence[SessionRow], happened: Callable[[SessionRow], bool]) -> Beside:
    a, c = sum(map(happened, under)), sum(map(happened, others))
    b, d = len(under) - a, len(others) - c
    return len(under), a, len(others), c, (a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))


# Versions: version → sessions, first, last, with a job, done, by job, by stage.
Version = tuple[int, datetime, datetime, int, int, dict[str, int], dict[str, int]]


def versions(period: Period) -> dict[str, Version]:
    return {
        version: made_of([one for one in period.sessions if one.journey_version == version])
        for version in {one.journey_version for one in period.sessions}
    }


def made_of(sessions: Sequence[SessionRow]) -> Version:
    return (
        len(sessions),
        min(map(begun, sessions)),
        max(map(begun, sessions)),
        sum(one.job != "unassigned" for one in sessions),
        sum(map(is_done, sessions)),
        dict(Counter(one.job for one in sessions)),
        dict(Counter(stage for one in sessions for stage in set(one.path_stage))),
    )


# Segments: person → segment, recency, frequency, monetary scores; visits, done, worth, unmet.
Scored = tuple[str, int, int, int, int, int, float, list[str]]


def customers(period: Period) -> dict[str, Scored]:
    known = {visitor: who for visitor, who in people(period.shop.sessions).items() if who != visitor}
    by_person: dict[str, list[SessionRow]] = {}
    for one in period.sessions:
        if who := one.user or known.get(one.visitor, ""):
            by_person.setdefault(who, []).append(one)
    lately = {who: max(one.started_at for one in came) for who, came in by_person.items()}
    often = {who: sum(map(is_done, came)) for who, came in by_person.items()}
    worth = {who: sum(one.value for one in came if is_done(one)) for who, came in by_person.items()}
    unmet = {who: sorted({one.job for one in tries_of(period, who) if not one.done}) for who in by_person}
    told: dict[str, Scored] = {}
    for who, came in by_person.items():
        r, f, m = (fifth(one[who], list(one.values())) for one in (lately, often, worth))
        told[who] = segment(r, f), r, f, m, len(came), often[who], worth[who], unmet[who]
    return told


def tries_of(period: Period, who: str) -> Iterator["Attempted"]:
    known = people(period.shop.sessions)
    begins, ends = period.span
    for one in attempts(period.shop.sessions, Span(begins, ends, 14 * 86_400_000, period.as_of)):
        if person(one.sessions[0], known) == who:
            yield Attempted(one.job, one.done, one.in_progress)


class Attempted:
    """What became of an attempt."""

    def __init__(self, job: str, done: bool, in_progress: bool) -> None:
        self.job, self.done, self.in_progress = job, done, in_progress


def segment(r: int, f: int) -> str:
    if r >= 4 and f >= 4:
        return "champions"
    if r >= 3 and f >= 3:
        return "loyal"
    if f >= 3:
        return "at_risk"
    return "promising" if r >= 3 else "lost"


def fifth(value: float, values: Sequence[float]) -> int:
    """1 + how many of the four inner fifths' bounds (inclusive quantiles) a value is above."""
    ranked = sorted(values)
    return 1 + sum(value > bound(ranked, share) for share in (0.2, 0.4, 0.6, 0.8))


def bound(ranked: Sequence[float], share: float) -> float:
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (place - low) * (ranked[high] - ranked[low])


def to_survey(period: Period) -> set[str]:
    """Whose attempt is over, and who said nothing."""
    known = people(period.shop.sessions)
    spoke = {person(one, known) for one in period.sessions if one.visitor in speakers(period)}
    over = {who for who in customers(period) if any(one.done or not one.in_progress for one in tries_of(period, who))}
    return over - spoke


def speakers(period: Period) -> set[str]:
    """Visitors who answered something in a session of the period."""
    return {
        act.visitor
        for act in period.shop.events
        if act.name == "done_stated" and any(act.id.startswith(f"{one.id}-") for one in period.sessions)
    }


# The map: (job, stage, step) → sessions, over, of these done, median seconds and moves, entries, affected, findings.
Cell = tuple[int, int, int, float, float | None, float, int, int]


def journey_map(period: Period) -> dict[tuple[str, str, str], Cell]:
    rubbed = [one for one in period.shop.findings if one.detector != "checkout_abandonment" and not one.intended]
    told = {}
    for job in {one.job for one in period.sessions}:
        for place in {place for one in period.sessions for place in places(one) if place[0]}:
            came = [one for one in period.sessions if one.job == job and place in places(one)]
            if came:
                told[job, *place] = cell(came, place, rubbed)
    return told


def cell(came: Sequence[SessionRow], place: Place, rubbed: Sequence[FindingRow]) -> Cell:
    over = [one for one in came if one.state == "closed"]
    done = [one for one in over if is_done(one)]
    here = [
        one for one in rubbed if place in {(one.stage, ""), (one.stage, one.step)}
        and one.session_id in {other.id for other in came}
    ]  # fmt: skip
    return (
        len(came),
        len(over),
        len(done),
        statistics.median(sum(stays(one, place)) for one in came),
        statistics.median(max(one.pages, len(one.path_stage)) for one in done) if done else None,
        sum(len(stays(one, place)) for one in came) / len(came),
        len({one.session_id for one in here}),
        len(here),
    )


def stays(one: SessionRow, place: Place) -> list[float]:
    """Seconds of each stay: until the next place was entered."""
    until = [*one.path_started_at[1:], one.path_ended_at[-1]]
    return [
        (end - begin) / 1000
        for stage, step, begin, end in zip(one.path_stage, one.path_step, one.path_started_at, until, strict=True)
        if place in {(stage, ""), (stage, step)}
    ]


def trails(period: Period, acts: int) -> dict[Place, Counter[tuple[str, ...]]]:
    """By place, how often each last few acts came before a drop-off there; what came again at once is one."""
    told: dict[Place, Counter[tuple[str, ...]]] = {}
    for one in period.sessions:
        trail = tuple(names(one, period.shop.events)[-acts:])
        if trail and fate_of(one, period.same_person(one), period.as_of):
            for place in last_places(one):
                told.setdefault(place, Counter())[trail] += 1
    return told


def names(one: SessionRow, events: Iterable[Event]) -> list[str]:
    its_own = [
        act for act in events if act.visitor == one.visitor and one.started_at <= act.occurred_at <= one.ended_at
    ]
    return [name for name, _ in groupby(act.name for act in sorted(its_own, key=lambda act: (act.occurred_at, act.id)))]


def around(period: Period, day: date) -> tuple[tuple[int, int], tuple[int, int], float | None]:
    """Sessions before and after a day, how many got done, and by how much more, weekday by weekday."""
    before = [one for one in period.sessions if timedelta() < day - begun(one).date() <= AROUND]
    after = [one for one in period.sessions if timedelta() < begun(one).date() - day <= AROUND]
    weighed, weights, compared = 0.0, 0.0, [0, 0]
    for weekday in range(7):
        some, others = ([one for one in those if begun(one).weekday() == weekday] for those in (before, after))
        if some and others:
            weight = len(some) * len(others) / (len(some) + len(others))
            weighed += weight * (sum(map(is_done, others)) / len(others) - sum(map(is_done, some)) / len(some))
            weights += weight
            compared = [compared[0] + len(some), compared[1] + len(others)]
    counts = (len(before), sum(map(is_done, before))), (len(after), sum(map(is_done, after)))
    return *counts, weighed / weights if weights and min(compared) >= FEWEST else None


def is_near(one: float | None, other: float | None) -> bool:
    """Alike but for rounding."""
    return one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
