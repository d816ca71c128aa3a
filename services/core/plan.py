"""What an event means: the place it enters, the evidence it is, the jobs it finishes, who listens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.core.act import Act
from services.core.finding import Finding
from services.core.matcher import Question
from services.core.page import NO_CLASSES, PageClass
from services.core.role import Role

if TYPE_CHECKING:
    from services.core.fold import Fold

Listener = Callable[[Act, "Fold"], Finding | None]
"""The `see` or the `visit` of a detector."""

Heard = tuple[str, Listener]
"""A `see`, and the detector that must remember something of the session for it to be called, "" where none must."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stage, or a step of one. Places are ordered as the journey is: a higher `order` is further on."""

    order: int
    stage_number: int
    stage: str
    step: str
    role: Role | None
    patience: int  # milliseconds in the step; 0: no limit
    stage_patience: int
    shortest_path: int  # moves of the shortest way here from the session's start
    quiet_after: int  # milliseconds here without an act that make an open session quiet; 0: no limit
    is_money: bool  # its events say what a basket or an order is worth
    least_stay: int  # milliseconds in the step beyond which it is overlong for some job; 0: for none
    least_stage_stay: int
    is_timed: bool  # a stay in the step or its stage may be overlong

    @property
    def name(self) -> str:
        """As journey files name it: "stage" or "stage.step"."""
        return f"{self.stage}.{self.step}" if self.step else self.stage


@dataclass(frozen=True, slots=True)
class Plan:
    """What one event means.

    `listeners` are called for every such event, `visits` only where it brings the visitor to a page of its classes.
    `name` and `path` are the event's, here once for all acts that share them.
    """

    name: str
    path: str
    place: Place | None = None
    entered_by: str = ""  # the rule that says so: "stage/2", "stage.step/1"
    evidence: tuple[int, ...] = ()
    outcomes: tuple[int, ...] = ()
    listeners: tuple[Heard, ...] = ()
    page_classes: frozenset[PageClass] = NO_CLASSES
    visits: tuple[Listener, ...] = ()
    reads: frozenset[str] = frozenset()
    undecided: tuple[int, ...] = ()  # rules that hang on the event's properties
    questions: tuple[Question, ...] = ()  # what each of these asks of them
    bare: "Plan | None" = None  # the whole meaning where it has none of the properties read, if that is another
    # What every act is asked, worked out once.
    speaks: bool = False  # it may say something about the job
    is_view: bool = False
    moves: bool = False  # it says where the visitor is
    quiet_after: int = 0  # of the place
