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
    seen, user = event.seen, event.user
    if seen:
        seen = intern(seen)
    if user:
        user = intern(user)
    if not reads:
        return plan, Act(event.occurred_at, event.id, plan.name, plan.path, None, seen, user)
    if book.asks:
        told = _decode(event.props)
        props = _kept(told, reads) | surroundings(event, told, book.asks)
        if plan.undecided:
            plan = book.settle(plan, event.name, event.path, props)
    else:
        plan, props = read(event.props, plan, book)
    return plan, Act(event.occurred_at, event.id, plan.name, plan.path, props, seen, user)


def read(props: msgspec.Raw | str, plan: Plan, book: Rulebook) -> tuple[Plan, dict[str, object]]:
    """What an event means by its properties, too, where nothing is asked of its surroundings; and what is kept of them.

    `plan` is what it means without them, which reads some. Raises msgspec.MsgspecError where they cannot be read.
    """
    told = _decode(props)
    if plan.reads.isdisjoint(told):
        return plan.bare or plan, _NONE
    kept = _kept(told, plan.reads)
    if plan.undecided:
        plan = book.settle(plan, plan.name, plan.path, kept)
    return plan, kept


def _kept(props: dict[str, object], reads: frozenset[str]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in props.items():
        if name in reads:
            kept[name] = value[:LONGEST_TEXT] if isinstance(value, str) and len(value) > LONGEST_TEXT else value
    return kept
