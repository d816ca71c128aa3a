"""What is planted and what truly happened: the answers that the analytics, which sees only events, must find."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.demo import shop


@dataclass(frozen=True, slots=True)
class Planted:
    """One friction built into the shop.

    `share` of the visitors who come to its place meet it; of those who meet it and would have gone on to the
    next stage, `gives_up` do not.
    """

    detector: str
    stage: str
    step: str
    page: str
    share: float
    gives_up: float
    story: str


RAGE = Planted(
    detector="rage_click",
    stage="checkout",
    step="payment",
    page=shop.PAYMENT,
    share=0.20,
    gives_up=0.55,
    story="the coupon button on the payment page does not answer",
)
LOOP = Planted(
    detector="loop",
    stage="checkout",
    step="delivery",
    page=shop.DELIVERY,
    share=0.20,
    gives_up=0.55,
    story="delivery refuses the address and sends people back to it",
)
STALL = Planted(
    detector="stage_stall",
    stage="checkout",
    step="payment",
    page=shop.PAYMENT,
    share=0.20,
    gives_up=0.55,
    story="the card form asks for what people must go and look for",
)
QUICK_BACK = Planted(
    detector="quick_back",
    stage="browse",
    step="",
    page=shop.SIZE_GUIDE,
    share=0.45,
    gives_up=0.75,
    story="the size guide opens with nothing useful in it",
)
PLANTED = (RAGE, LOOP, STALL, QUICK_BACK)

STAGES = ("browse", "basket", "checkout", "bought")


class Job(NamedTuple):
    """What some visitors come for, how many they are, and how likely each next stage is for them unhindered."""

    name: str
    weight: int
    basket: float
    checkout: float
    bought: float


REPLACE = Job("replace", 22, 0.52, 0.74, 0.90)
GIFT = Job("gift", 17, 0.44, 0.66, 0.86)
COMPARE = Job("compare", 17, 0.36, 0.60, 0.84)
WANDER = Job("", 44, 0.16, 0.46, 0.80)
"""Nothing particular: most of these look at one page and leave."""
JOBS = (REPLACE, GIFT, COMPARE, WANDER)


@dataclass(slots=True)
class Visit:
    """One session as it truly was."""

    visitor: str
    number: int  # of this visitor, 0 for the first
    job: str
    started_at: int  # milliseconds
    ended_at: int = 0
    stage: str = ""  # the furthest
    met: list[Planted] = field(default_factory=list)
    events: int = 0
    value: float = 0.0


@dataclass(slots=True)
class Truth:
    """Everything the simulator knows of a run; `visits` grows while the events are drawn."""

    planted: tuple[Planted, ...] = PLANTED
    visits: list[Visit] = field(default_factory=list)

    def reached(self, stage: str) -> int:
        """Sessions that came at least as far as `stage`."""
        needed = STAGES.index(stage)
        return sum(1 for visit in self.visits if visit.stage and STAGES.index(visit.stage) >= needed)

    def met(self, planted: Planted) -> int:
        """Sessions that met a planted friction."""
        return sum(1 for visit in self.visits if planted in visit.met)
