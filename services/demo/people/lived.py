"""What truly happened to somebody in one visit: the answers that the analytics, which sees only events, must find."""

from dataclasses import dataclass, field
from typing import NamedTuple

UNKNOWN = ""
"""The job of those who came for nothing that the shop knows of."""


class Friction(NamedTuple):
    """One kind of friction at one place."""

    detector: str
    stage: str
    step: str


@dataclass(slots=True)
class Lived:
    """One visit as it was lived."""

    visitor: str
    started_at: int  # milliseconds
    job: str
    frictions: set[Friction] = field(default_factory=set)
