"""Jobs of the people and how they show, with the shares of those who do each thing: nobody shows them all, and a few
of the others do the same for reasons of their own.
"""

from typing import NamedTuple

from services.demo.people.lived import UNKNOWN


class Habits(NamedTuple):
    """How often somebody with a job does what is telling, and how far they mean to go."""

    weight: float
    searches: float
    words: str  # that most of them search by
    says_so: float  # searches in these words rather than others
    category: str
    goes_there: float
    compares: float
    wraps: float
    visits_orders: float
    buys: float  # puts something into the basket
    pays: float  # goes on to the checkout


HABITS: dict[str, Habits] = {
    "replace": Habits(0.20, 0.60, "replacement filter", 0.65, "/c/parts", 0.60, 0.04, 0.02, 0.06, 0.55, 0.80),
    "gift": Habits(0.16, 0.45, "gift idea", 0.70, "/gifts/for-her", 0.65, 0.07, 0.35, 0.02, 0.45, 0.72),
    "compare": Habits(0.15, 0.50, "best espresso machine", 0.55, "/c/kitchen", 0.60, 0.60, 0.02, 0.02, 0.30, 0.62),
    "put_it_right": Habits(0.09, 0.10, "return label", 0.60, "/c/shoes", 0.10, 0.01, 0.00, 0.90, 0.04, 0.50),
    UNKNOWN: Habits(0.40, 0.22, "black friday", 0.40, "/c/shoes", 0.45, 0.05, 0.03, 0.05, 0.14, 0.50),
}

WORDS = ("replacement filter", "gift idea", "best espresso machine", "boots", "kettle", "headphones", "rain jacket")
SAYS = 0.08
"""Share of those who answer when asked what they came for."""
