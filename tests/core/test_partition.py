"""A checkpoint written down bit by bit says what it would have said at once, whatever is fed meanwhile."""

from collections.abc import Iterator
from dataclasses import fields

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.changes import Changes
from services.core.event import Event, Millis
from services.core.pipeline import Pipeline
from tests.core.build import START, encode, event, import_end, pipeline, shop

QUICK = shop(sessions={"inactivity": "5m", "allowed_lateness": "5m"})
"""Visitors are let go of, and come again, within the acts of one test."""

names = st.sampled_from(["view", "add", "checkout", "buy", "page /a", "click #pay"])
moments = st.integers(min_value=0, max_value=2 * 3600)
events = st.tuples(moments, names, st.sampled_from(["anna", "ben", "cleo"]), st.booleans())
Step = tuple[int, str, str, bool] | int | None
"""An event (second, name, visitor, whether it is imported), a second to which the clock comes, or an import's end."""
steps = st.one_of(events, events, moments, st.none())


def do(made: Pipeline, number: int, step: Step) -> None:
    """Feed the event of a step, or have time pass."""
    if isinstance(step, int):
        made.tick(0, Millis(START + step * 1000))
        return
    made.feed(0, encode([_event(number, step)], number), now=Millis(START))


def _event(number: int, step: tuple[int, str, str, bool] | None) -> Event:
    if step is None:
        return import_end()
    moment, name, visitor, historical = step
    one = event(f"{moment} {name}", visitor, id=f"{number:03}")
    return msgspec.structs.replace(one, watermark=one.occurred_at) if historical else one


def bit_by_bit(made: Pipeline, between: Iterator[tuple[int, Step]]) -> Changes:
    """A checkpoint with a step between any two visitors; those that are left over follow it."""
    changes = made.begin()
    while made.render(1):
        for number, step in between:
            do(made, number, step)
            break
    for number, step in between:
        do(made, number, step)
    return changes


def said(changes: Changes) -> dict[str, list[bytes]]:
    """All rows of a checkpoint, in an order of their own."""
    return {one.name: sorted(map(msgspec.json.encode, getattr(changes, one.name))) for one in fields(Changes)}


@settings(max_examples=300)
@given(st.lists(st.tuples(st.lists(steps, max_size=8), st.lists(steps, max_size=8)), min_size=1, max_size=4))
def test_a_checkpoint_says_the_same_bit_by_bit_whatever_is_fed_meanwhile(
    rounds: list[tuple[list[Step], list[Step]]],
) -> None:
    slow, at_once = pipeline(QUICK), pipeline(QUICK)
    number = 0

    for before, between in rounds:
        first = list(enumerate(before, number))
        second = list(enumerate(between, number + len(first)))
        number += len(first) + len(second)
        for made in (slow, at_once):
            for one in first:
                do(made, *one)
        told = said(bit_by_bit(slow, iter(second)))
        expected = said(at_once.take())
        for one in second:
            do(at_once, *one)

        assert told == expected
    assert said(slow.take()) == said(at_once.take())


ANNA, BEN = (0, "add", "anna"), (1, "checkout", "ben")


@pytest.mark.parametrize("historical", [False, True])
@pytest.mark.parametrize("ticks", [[], [400], [3600]])
@pytest.mark.parametrize("step", [3600, None, (3601, "buy", "ben", False), (2, "buy", "ben", True)])
def test_what_comes_while_a_checkpoint_is_written_down_is_not_in_it(
    step: Step, ticks: list[int], historical: bool
) -> None:
    slow, at_once = pipeline(QUICK), pipeline(QUICK)
    before: list[Step] = [(*ANNA, historical), (*BEN, historical), *ticks]
    for made in (slow, at_once):
        for number, one in enumerate(before):
            do(made, number, one)

    told = said(bit_by_bit(slow, iter([(len(before), step)])))

    assert told == said(at_once.take())
    do(at_once, len(before), step)
    assert said(slow.take()) == said(at_once.take())
    for made in (slow, at_once):
        do(made, len(before) + 1, (3602, "view", "ben", historical))
    assert said(slow.take()) == said(at_once.take())
