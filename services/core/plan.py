"""What an event means: the place it enters, the evidence it is, the jobs it finishes, who listens."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from services.core.detector import Detector

Role = Literal["browse", "basket", "checkout", "done"]
"""What a stage is to a shop, where a detector must know."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """A stage, or a step of one. Places are ordered as the journey is: a higher `order` is further on."""

    order: int
    stage_number: int
    stage: str
    step: str
    role: Role | None
    patience: int  # milliseconds in the step; 0: no limit
    stage_patience: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What one event means: the place it enters, the evidence it is, the jobs it finishes, who listens."""

    place: Place | None = None
    evidence: tuple[int, ...] = ()
    outcomes: tuple[int, ...] = ()
    listeners: tuple[Detector, ...] = ()
    reads: frozenset[str] = frozenset()
    undecided: tuple[int, ...] = ()  # rules that hang on the event's properties
