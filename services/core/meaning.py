"""An event read under a journey: what it means, and the act that is kept of it."""

from sys import intern

import msgspec

from services.core.act import Act
from services.core.event import Event
from services.core.plan import Plan
from services.core.rulebook import Rulebook
from services.core.surroundings import surroundings

_decode = msgspec.json.Decoder(dict[str, object]).decode

LONGEST_TEXT = 256
"""Characters of a text property kept with a session; the events table has it in full."""


def meaning(event: Event, book: Rulebook) -> tuple[Plan, Act]:
    """Raises msgspec.MsgspecError where its properties cannot be read."""
    plan = book.plans.get((event.name, event.path)) or book.plan(event.name, event.path)
    reads = plan.reads
    if not reads:
        return plan, Act(event.occurred_at, event.id, plan.name, plan.path, None, intern(event.seen))
    told = _decode(event.props)
    props: dict[str, object] = {} if reads.isdisjoint(told) else _kept(told, reads)
    if book.asks:
        props |= surroundings(event, told, book.asks)
    if plan.undecided:
        plan = book.settle(plan, event.name, event.path, props)
    return plan, Act(event.occurred_at, event.id, plan.name, plan.path, props, intern(event.seen))


def _kept(props: dict[str, object], reads: frozenset[str]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in props.items():
        if name in reads:
            kept[name] = value[:LONGEST_TEXT] if isinstance(value, str) and len(value) > LONGEST_TEXT else value
    return kept
