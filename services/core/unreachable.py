"""Places of a journey that no event can enter, since whatever meets their rules also enters one further on.

No mistake that stops anything: the file says what it says. Apart, since only whoever checks a file asks.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from services.core.journey import Journey
from services.core.matcher import Matcher
from services.core.stage import Stage

Rule = tuple[str, Matcher]
"""A stage or `stage.step`, and what enters it."""


class Unreachable(NamedTuple):
    """A stage or `stage.step` that nothing enters, and those further on that take its events."""

    place: str
    taken_by: tuple[str, ...]


def unreachable(journey: Journey) -> Iterator[Unreachable]:
    """Each such place, in the journey's order. One that is not named may still never be entered: that two rules
    differ does not say that some event parts them.
    """
    rules = [list(_rules(stage)) for stage in journey.stages]
    for number, stage in enumerate(journey.stages):
        further = [rule for one in rules[number + 1 :] for rule in one]
        takers = [_takers(rule, further) for _, rule in rules[number]]
        if all(takers):
            yield Unreachable(stage.name, _named(takers))
            continue
        for place, (name, rule) in enumerate(rules[number], 1):
            taken_by = _takers(rule, [*rules[number][place:], *further])
            if taken_by and name != stage.name:
                yield Unreachable(name, taken_by)


def _rules(stage: Stage) -> Iterator[Rule]:
    if stage.enter is not None:
        yield stage.name, stage.enter
    for step in stage.steps:
        yield f"{stage.name}.{step.name}", step.enter


def _takers(rule: Matcher, further: Iterable[Rule]) -> tuple[str, ...]:
    """Places that together take every event of a rule; none where some event may be left to it."""
    others = [(name, variant) for name, other in further for variant in _variants(other)]
    takers = [next((name for name, other in others if _implies(one, other)), "") for one in _variants(rule)]
    return _named([(one,) for one in takers]) if all(takers) else ()


def _named(takers: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in takers for name in names))


def _variants(rule: Matcher) -> Iterator[Matcher]:
    """Rules with one event's name and one path at most, of which one holds wherever this one does."""
    for one in rule.alternatives():
        inner = one.any_of[0] if len(one.any_of) == 1 else None
        if inner is not None and not (one.event or one.path or one.where or one.all_of or one.none_of):
            yield from _variants(inner)
            continue
        for event, path in product(one.event or (None,), one.path or (None,)):
            yield one.model_copy(update={"event": (event,) if event else (), "path": (path,) if path else ()})


def _implies(one: Matcher, other: Matcher) -> bool:
    """Whether every event that meets a rule of one name and one path surely meets another."""
    return (
        (not other.event or one.event == other.event)
        and (not other.path or one.path == other.path or _is_within(one, other))
        and other.where.items() <= one.where.items()
        and all(inner in one.all_of for inner in other.all_of)
        and (not other.any_of or one.any_of == other.any_of)
        and (other.none_of is None or one.none_of == other.none_of)
    )


def _is_within(one: Matcher, other: Matcher) -> bool:
    """Whether a path without wildcards fits another's glob."""
    path = next(iter(one.path), "*")
    return not set("*?") & set(path) and Matcher(path=other.path).matches("", path, None) is True
