"""The same sessions in the obvious, slow way: all events of a visitor, sorted, cut at every long pause."""

from collections import defaultdict
from collections.abc import Iterable

from services.core.event import Event
from services.core.journey import Journey

Told = tuple[str, int, int, int, str]
"""Visitor, start, end, number of events, furthest stage."""


def sessions_of(events: Iterable[Event], journey: Journey) -> list[Told]:
    """Every session of these events, sorted."""
    by_visitor: defaultdict[str, dict[str, Event]] = defaultdict(dict)
    for one in events:
        by_visitor[one.visitor][one.id] = one
    return sorted(
        _told(visitor, part, journey)
        for visitor, known in by_visitor.items()
        for part in _parts(sorted(known.values(), key=lambda one: (one.occurred_at, one.id)), journey)
    )


def _parts(events: list[Event], journey: Journey) -> list[list[Event]]:
    gap = journey.sessions.inactivity.total_seconds() * 1000
    longest = journey.sessions.max_length.total_seconds() * 1000
    parts = [[events[0]]]
    for one in events[1:]:
        if one.occurred_at - parts[-1][-1].occurred_at > gap or one.occurred_at - parts[-1][0].occurred_at > longest:
            parts.append([])
        parts[-1].append(one)
    return parts


def _told(visitor: str, events: list[Event], journey: Journey) -> Told:
    reached = [""]
    for stage in journey.stages:
        matchers = [stage.enter] if stage.enter is not None else []
        matchers += [step.enter for step in stage.steps]
        if any(one.matches(act.name, act.path, {}) for one in matchers for act in events):
            reached.append(stage.name)
    return visitor, events[0].occurred_at, events[-1].occurred_at, len(events), reached[-1]
