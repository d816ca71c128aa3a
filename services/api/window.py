"""How long a unit may take: a duration that can be asked for."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from services.core.duration import parse_duration

LONGEST_WINDOW = timedelta(days=366)


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
