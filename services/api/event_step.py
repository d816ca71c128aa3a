"""A step of a funnel over any events: a name, conditions, or both, as `Product Added|props.price:gt:50`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.api.condition import Condition, read_condition

MOST_CONDITIONS = 8
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class EventStep:
    """What an event must be to fit a step."""

    label: str
    conditions: Sequence[Condition]

    @property
    def event(self) -> str:
        """The name that an event must have to fit, '' where that may be any."""
        named = (one.value for one in self.conditions if (one.column, one.operator) == ("name", "eq"))
        return str(next(named, ""))

    def text(self, name: str) -> str:
        """SQL over a row of `events`."""
        parts = [condition.text(f"{name}c{number}") for number, condition in enumerate(self.conditions)]
        return "(" + " AND ".join(f"({part})" for part in parts) + ")"

    def parameters(self, name: str) -> dict[str, str | float]:
        """For this SQL."""
        given: dict[str, str | float] = {}
        for number, condition in enumerate(self.conditions):
            given |= condition.parameters(f"{name}c{number}")
        return given


def read_step(given: str) -> EventStep:
    """A step as written. Raises ValueError with what is wrong.

    >>> [one.column for one in read_step("Product Added|props.price:gt:50").conditions]
    ['name', 'props']
    """
    name, *conditions = (part.replace("\\|", "|") for part in _BAR.split(given))
    read = [read_condition(one) for one in conditions]
    if name.strip():
        read.insert(0, Condition("name", (), "eq", name.strip()))
    if not read or len(read) > MOST_CONDITIONS:
        raise ValueError(
            f"a step needs a name of events, or conditions, at most {MOST_CONDITIONS}: `Name|props.x:eq:y`"
        )
    return EventStep(given, read)


def checked_step(given: str) -> str:
    """The same text, if it can be read."""
    read_step(given)
    return given
