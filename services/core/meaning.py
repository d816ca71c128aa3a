"""An event read under a journey: what it means, and the act that is kept of it."""

from sys import intern

import msgspec

from services.core.act import Act
from services.core.event import Event
from services.core.plan import Plan
from services.core.rulebook import Rulebook
from services.core.surroundings import surroundings

_decode = msgspec.json.Decoder(dict[str, object]).decode

_NONE: dict[str, object] = {}
"""Of all events that tell nothing of what is read; nobody changes what an act has."""

LONGEST_TEXT = 256
"""Characters of a text property kept with a session; the events table has it in full."""


def meaning(event: Event, book: Rulebook) -> tuple[Plan, Act]:
    """Raises msgspec.MsgspecError where its properties cannot be read."""
    plan = book.plans.get((event.name, event.path)) or book.plan(event.name, event.path)
    reads = plan.reads
    seen, user = intern(event.seen), intern(event.user)
    if not reads:
        return plan, Act(event.occurred_at, event.id, plan.name, plan.path, None, seen, user)
    told = _decode(event.props)
    if book.asks:
        props = _kept(told, reads) | surroundings(event, told, book.asks)
    elif reads.isdisjoint(told):
        return plan.bare or plan, Act(event.occurred_at, event.id, plan.name, plan.path, _NONE, seen, user)
    else:
        props = _kept(told, reads)
    if plan.undecided:
        plan = book.settle(plan, event.name, event.path, props)
    return plan, Act(event.occurred_at, event.id, plan.name, plan.path, props, seen, user)


def _kept(props: dict[str, object], reads: frozenset[str]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in props.items():
        if name in reads:
            kept[name] = value[:LONGEST_TEXT] if isinstance(value, str) and len(value) > LONGEST_TEXT else value
    return kept
