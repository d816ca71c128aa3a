"""How long a unit may take: a duration that can be asked for, and what matters of moments where one binds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from services.api.sql import statement
from services.core.duration import parse_duration

LONGEST_WINDOW = timedelta(days=366)
SECOND_MS = 1000


def read_window(given: str) -> timedelta:
    """A duration that can be a window. Raises ValueError."""
    try:
        window = parse_duration(given)
    except OverflowError:
        window = timedelta.max
    if not timedelta(0) < window <= LONGEST_WINDOW:
        raise ValueError(f"must be above 0 and at most {LONGEST_WINDOW.days}d")
    return window


Window = Annotated[timedelta, BeforeValidator(read_window, json_schema_input_type=str)]


@dataclass(frozen=True)
class Windows:
    """Windows that bind, in milliseconds, from the shortest on: sessions that lie alike by all of them fare alike."""

    lengths_ms: Sequence[int] = ()

    @property
    def fragments(self) -> dict[str, str]:
        """By which SQL sessions are told to fare alike."""
        return {"alike_by_path": "alike_by_moments", "moved_on": "moved_at_moments"} if self.lengths_ms else {}

    @property
    def words(self) -> dict[str, str]:
        """Of these fragments."""
        lengths = [f"{{windows:Array(Int64)}}[{number}]" for number, _ in enumerate(self.lengths_ms, 1)]
        return {
            "within_a_second": statement("lie_within", {"marks": "close", "length": str(SECOND_MS - 1)}),
            "within_windows": "".join(statement("lie_within", {"marks": "marks", "length": one}) for one in lengths),
        }

    @property
    def parameters(self) -> dict[str, object]:
        """For SQL."""
        return {"windows": self.lengths_ms} if self.lengths_ms else {}


NO_WINDOWS = Windows()
