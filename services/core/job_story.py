"""Job stories, as the journey file tells them: when …, I want …, so that …; and what speaks for each."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from services.core.circumstance import Circumstance
from services.core.job import UNASSIGNED
from services.core.matcher import Matcher
from services.core.part import Name, Part

Kind = Literal["functional", "emotional", "social"]

Words = Annotated[str, Field(min_length=3)]


class Evidence(Part):
    """An observation that speaks for a job (or, with a negative weight, against it)."""

    match: Matcher = Field(
        description="Which events show it.",
        examples=[{"event": "Products Searched", "where": {"query": {"contains": "gift"}}}],
    )
    weight: float = Field(
        ge=-10,
        le=10,
        description="Natural logarithm of the likelihood ratio; 0.7 doubles the odds.",
        examples=[1.5],
    )


class Job(Part):
    """A job story: when …, I want …, so that …."""

    name: Name = Field(description="The job's name.", examples=["gift"])
    when: Words = Field(
        description="The circumstances, in the customer's words.",
        examples=["I am invited and have no idea what to bring"],
    )
    want: Words = Field(
        description="The motivation, in the customer's words.", examples=["find something fitting within a day"]
    )
    so_that: Words = Field(
        description="The outcome the customer is after, in their words.", examples=["my friend feels seen"]
    )
    kinds: tuple[Kind, ...] = Field(
        ("functional",),
        min_length=1,
        description="What the outcome is to the customer: a thing done, felt, or seen.",
        examples=[["functional", "social"]],
    )
    primary: bool = Field(True, description="Whether the journey is for this job; false for one it only serves too.")
    prior: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="Share of sessions with this job before anything is seen.",
    )
    circumstances: tuple[Circumstance, ...] = Field(
        (),
        description="When the job arises, as far as events show it. Each is evidence, none is a condition.",
        examples=[[{"device": "mobile", "weight": 0.4}]],
    )
    evidence: tuple[Evidence, ...] = Field(
        (),
        description="What speaks for the job, or against it.",
        examples=[[{"match": {"path": "/gifts/**"}, "weight": 2.0}]],
    )
    outcome: Matcher | None = Field(
        None,
        description="The customer's measure of done, which need not be a purchase.",
        examples=[{"event": "Order Completed"}],
    )
    shortest_path: int | None = Field(None, ge=1, description="Moves of the shortest way to the outcome.")

    @field_validator("name")
    @classmethod
    def _is_not_reserved(cls, name: str) -> str:
        if name == UNASSIGNED:
            raise ValueError("`unassigned` is what we call sessions with thin evidence: choose another name")
        return name
