"""When whatever meets one rule surely meets another, by their texts alone.

Surely or not known: that two rules differ does not say that some event parts them.
"""

from collections.abc import Iterator
from itertools import product

from services.core.matcher import Matcher


def always_meets(rule: Matcher, other: Matcher) -> bool:
    """Whether every event that meets a rule surely meets another.

    >>> bought, gone_on = Matcher(event=("buy",)), Matcher(event=("buy", "share"))
    >>> always_meets(bought, gone_on), always_meets(gone_on, bought)
    (True, False)
    """
    others = list(variants(other))
    return all(any(implies(one, wider) for wider in others) for one in variants(rule))


def variants(rule: Matcher) -> Iterator[Matcher]:
    """Rules with one event's name and one path at most, of which one holds wherever this one does."""
    for one in rule.alternatives():
        inner = one.any_of[0] if len(one.any_of) == 1 else None
        if inner is not None and not (one.event or one.path or one.where or one.all_of or one.none_of):
            yield from variants(inner)
            continue
        for event, path in product(one.event or (None,), one.path or (None,)):
            yield one.model_copy(update={"event": (event,) if event else (), "path": (path,) if path else ()})


def implies(one: Matcher, other: Matcher) -> bool:
    """Whether every event that meets a variant surely meets another."""
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
