"""What truly happened to somebody in one visit: the answers that the analytics, which sees only events, must find."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.demo.people.faults import Fault

UNKNOWN = ""
"""The job of those who came for nothing that the shop knows of."""

STAGES = ("browse", "basket", "checkout", "bought")


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
    stage: str = ""  # the furthest
    frictions: set[Friction] = field(default_factory=set)
    met: set[Fault] = field(default_factory=set)
    left_for: Fault | None = None
    held_up: set[tuple[str, str]] = field(default_factory=set)
    """Stages and steps in which they did not get on, whatever kept them."""

    def came_to(self, stage: str) -> bool:
        """Whether they got at least so far."""
        return self.stage != "" and STAGES.index(self.stage) >= STAGES.index(stage)
