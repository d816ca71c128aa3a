"""Places of a journey that no event can enter, since whatever meets their rules also enters one further on.

No mistake that stops anything: the file says what it says. Apart, since only whoever checks a file asks.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.core.implication import implies, variants
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
    """Each such place, in the journey's order. One that is not named may still never be entered (`implication`)."""
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
    others = [(name, variant) for name, other in further for variant in variants(other)]
    takers = [next((name for name, other in others if implies(one, other)), "") for one in variants(rule)]
    return _named([(one,) for one in takers]) if all(takers) else ()


def _named(takers: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in takers for name in names))
