"""The same sessions in the obvious, slow way: all events of a visitor, sorted, cut at every long pause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from services.core.event import Event
from services.core.journey import Journey
from services.core.seen import seen_in

Told = tuple[str, int, int, int, str]
"""Visitor, start, end, number of events, furthest stage."""

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
