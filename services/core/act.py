"""What is kept of an event while its session can still change: enough to judge the session anew, no more."""

from typing import Any

import msgspec

from services.core.event import Millis

PAGE_VIEWS = frozenset({"page", "screen"})


class Act(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One event of a session. `props` holds only the properties that some rule or detector reads; `seen`: seen.py.

    `user` is who the visitor was said to be, "" where nobody said so.
    """

    occurred_at: Millis
    id: str
    name: str
    path: str
    props: dict[str, Any] | None = None
    seen: str = ""
    user: str = ""

    def number(self, prop: str) -> float:
        """A numeric property, 0 where it is absent or no number (clients send numbers as text)."""
        props = self.props
        if not props or (value := props.get(prop)) is None:
            return 0.0
        if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                return 0.0
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0

    def text(self, prop: str) -> str:
        """A property as text, "" where it is absent."""
        props = self.props
        if not props or (value := props.get(prop)) is None:
            return ""
        return value if isinstance(value, str) else str(value)


def in_order(act: Act) -> tuple[Millis, str]:
    """The order of acts: by time, and at equal times by event id, always the same way."""
    return act.occurred_at, act.id
