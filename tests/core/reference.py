"""The same sessions, jobs and findings in the obvious, slow way: all events of a visitor, sorted, cut at every long
pause, and each session looked at as a whole.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from services.core.event import Event
from services.core.journey import Journey
from services.core.matcher import Matcher
from services.core.seen import seen_in

Told = tuple[str, int, int, int, str]
"""Visitor, start, end, number of events, furthest stage."""

Found = tuple[str, str, int, tuple[str, ...]]
"""Detector, visitor, when, and the events that show it."""

QUICK_MS = 7_000
BURST_MS = 1_000
BURST_CLICKS = 4

CAME = (("device", "browser", "os"), ("country",), ("referrer_class",), ("source", "medium", "campaign", "click_id"))
"""What is seen of how a visitor came, in the groups that are taken from one event as a whole."""


def sessions_of(events: Iterable[Event], journey: Journey) -> list[Told]:
    """Every session of these events, sorted."""
    return sorted(_told(visitor, part, journey) for visitor, part in _all_parts(events, journey))


def came_of(events: Iterable[Event], journey: Journey) -> list[tuple[str, int, tuple[str, ...]]]:
    """Of every session the visitor, the start, and how they came, in the order of `CAME`."""
    return sorted(
        (visitor, part[0].occurred_at, tuple(value for group in CAME for value in _first(part, group)))
        for visitor, part in _all_parts(events, journey)
    )


def users_of(events: Iterable[Event], journey: Journey) -> list[tuple[str, int, str]]:
    """Of every session the visitor, the start, and who they were last said to be in it."""
    return sorted(
        (visitor, part[0].occurred_at, next((one.user for one in reversed(part) if one.user), ""))
        for visitor, part in _all_parts(events, journey)
    )


def _first(events: list[Event], group: tuple[str, ...]) -> list[str]:
    told = [[getattr(seen_in(one.seen), name) for name in group] for one in events]
    return next((values for values in told if any(values)), [""] * len(group))


def _all_parts(events: Iterable[Event], journey: Journey) -> Iterator[tuple[str, list[Event]]]:
    by_visitor: defaultdict[str, dict[str, Event]] = defaultdict(dict)
    for one in events:
        by_visitor[one.visitor][one.id] = one
    for visitor, known in by_visitor.items():
        for part in _parts(sorted(known.values(), key=lambda one: (one.occurred_at, one.id)), journey):
            yield visitor, part


def _parts(events: list[Event], journey: Journey) -> list[list[Event]]:
    gap = journey.sessions.inactivity.total_seconds() * 1000
    longest = journey.sessions.max_length.total_seconds() * 1000
    parts = [[events[0]]]
    for one in events[1:]:
        part = parts[-1]
        pause, length = one.occurred_at - part[-1].occurred_at, one.occurred_at - part[0].occurred_at
        if pause > gap or length > longest or _is_another_day(part, one, journey) or _is_brought(part, one, journey):
            parts.append([])
        parts[-1].append(one)
    return parts


def _is_another_day(part: list[Event], one: Event, journey: Journey) -> bool:
    days = {datetime.fromtimestamp(at.occurred_at / 1000, journey.zone).date() for at in (part[0], one)}
    return journey.sessions.split_at_midnight and len(days) > 1


def _is_brought(part: list[Event], one: Event, journey: Journey) -> bool:
    """By another campaign than the last one named before."""
    named = [_first([before], CAME[-1]) for before in part]
    last = next((names for names in reversed(named) if any(names)), [])
    campaign = _first([one], CAME[-1])
    return journey.sessions.split_on_campaign_change and any(campaign) and campaign != last


def jobs_of(events: Iterable[Event], journey: Journey) -> list[tuple[str, int, str]]:
    """Of every session the visitor, the start and the most probable job."""
    return sorted((visitor, part[0].occurred_at, _job(part, journey)) for visitor, part in _all_parts(events, journey))


def findings_of(events: Iterable[Event], journey: Journey) -> list[Found]:
    """What `FINDERS` say of every session, sorted."""
    return sorted(
        (detector, visitor, at, evidence)
        for visitor, part in _all_parts(events, journey)
        for detector, find in FINDERS.items()
        for at, evidence in find(part, journey)
    )


def _told(visitor: str, events: list[Event], journey: Journey) -> Told:
    entered = _entered(events, journey)
    return visitor, events[0].occurred_at, events[-1].occurred_at, len(events), list(entered)[-1] if entered else ""


def _entered(events: list[Event], journey: Journey) -> dict[str, Event]:
    """The stages that a session came to, in their order, each with the first event of it."""
    entered = {}
    for stage in journey.stages:
        matchers = [stage.enter] if stage.enter is not None else []
        matchers += [step.enter for step in stage.steps]
        there = [act for act in events if any(_matches(one, act) for one in matchers)]
        if there:
            entered[stage.name] = there[0]
    return entered


def _matches(matcher: Matcher, event: Event) -> bool:
    return bool(matcher.matches(event.name, event.path, {}))


def _job(events: list[Event], journey: Journey) -> str:
    odds = {"unassigned": math.log(journey.unassigned)}
    for job in journey.jobs:
        shown = [one.weight for one in job.evidence if any(_matches(one.match, act) for act in events)]
        odds[job.name] = math.log(job.prior) + sum(shown)
    return max(odds, key=lambda name: odds[name])


Finds = Iterator[tuple[int, tuple[str, ...]]]


def _left_in(role: str, events: list[Event], journey: Journey) -> Finds:
    """The furthest stage is the one with this role: begun, and left without going on."""
    entered = _entered(events, journey)
    furthest = next((stage for stage in reversed(journey.stages) if stage.name in entered), None)
    if furthest is not None and furthest.role == role:
        yield events[-1].occurred_at, (entered[furthest.name].id, events[-1].id)


def _quick_backs(events: list[Event], _: Journey) -> Finds:
    pages: list[Event] = []
    for one in events:
        if one.path and (not pages or one.path != pages[-1].path):
            pages.append(one)
    for before, left, here in zip(pages, pages[1:], pages[2:], strict=False):
        if before.path == here.path and here.occurred_at - left.occurred_at <= QUICK_MS:
            yield left.occurred_at, (before.id, left.id, here.id)


def _rage_clicks(events: list[Event], _: Journey) -> Finds:
    """All clicks of these tests are on one target."""
    bursts: list[list[Event]] = []
    for one in (one for one in events if one.name == "click"):
        if not bursts or one.occurred_at - bursts[-1][-1].occurred_at > BURST_MS:
            bursts.append([])
        bursts[-1].append(one)
    for burst in bursts:
        if len(burst) >= BURST_CLICKS:
            yield burst[0].occurred_at, tuple(one.id for one in burst)


FINDERS: dict[str, Callable[[list[Event], Journey], Finds]] = {
    "checkout_abandonment": partial(_left_in, "checkout"),
    "cart_abandonment": partial(_left_in, "basket"),
    "quick_back": _quick_backs,
    "rage_click": _rage_clicks,
}
