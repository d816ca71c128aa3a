"""Thresholds learned from how long people do take: part of the journey, and so of its version."""

from pydantic import Field

from services.core.duration import Duration
from services.core.part import Part

ANY = "*"
"""In the place of a job, which cannot be called so: everybody, where too few with that job were seen."""


class Learned(Part):
    """How long nearly all people stay and think, as `desireline learn` writes it."""

    stays: dict[str, dict[str, Duration]] = Field(
        {},
        description="Stage, or `stage.step` → job, or `*` for all → the time in sight by which 95 % of those who get "
        "on have gone on, and beyond which a stay lies far apart from the others.",
        examples=[{"checkout.payment": {"*": "4m", "gift": "6m"}}],
    )
    waits: dict[str, Duration] = Field(
        {},
        description="Form and field → the time by which 95 % have begun to type.",
        examples=[{"address street": "12s"}],
    )
