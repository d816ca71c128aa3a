"""Stages of a journey and their steps, as the journey file gives them."""

from datetime import timedelta
from typing import Any

from pydantic import Field, model_validator

from services.core.duration import Duration
from services.core.matcher import Matcher
from services.core.part import Name, Part
from services.core.role import Role

DetectorSettings = dict[str, Any]
"""Settings of one detector; which there are and what they may be is checked with the detector's own model."""


class Step(Part):
    """A step within a stage."""

    name: Name = Field(description="The step's name.", examples=["payment"])
    enter: Matcher = Field(
        description="Which events enter the step, and with it the stage.",
        examples=[{"path": "/checkout/payment"}, {"event": "Payment Info Entered"}],
    )
    patience: Duration | None = Field(None, gt=timedelta(0), description="Longer here counts as stalled.")


class Stage(Part):
    """A stage of the journey, entered by its own matcher or by any of its steps'."""

    name: Name = Field(description="The stage's name.", examples=["checkout"])
    enter: Matcher | None = Field(
        None,
        description="Which events enter the stage; without it, only its steps do.",
        examples=[{"event": "Checkout Started"}],
    )
    steps: tuple[Step, ...] = Field(
        (),
        description="Steps within the stage, in their usual order.",
        examples=[[{"name": "payment", "enter": {"path": "/checkout/payment"}}]],
    )
    role: Role | None = Field(None, description="What the stage is to a shop, where a detector must know.")
    patience: Duration | None = Field(None, gt=timedelta(0), description="Longer here counts as stalled.")
    shortest_path: int | None = Field(None, ge=1, description="Moves of the shortest way here.")
    friction: dict[str, DetectorSettings] = Field(
        {},
        description="Detectors whose settings are others while the visitor is in this stage; the rest stays as it is.",
        examples=[{"hesitation": {"pause": "20s"}}],
    )

    @model_validator(mode="after")
    def _can_be_entered(self) -> "Stage":
        if self.enter is None and not self.steps:
            raise ValueError("nothing enters this stage: give `enter`, or `steps` that have one")
        return self
