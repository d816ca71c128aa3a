"""The business's map as its owners write it: ordered stages with steps, jobs, and the friction looked for."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from services.core.detector import Detector
from services.core.detectors import DETECTORS
from services.core.duration import Duration
from services.core.errors import JourneyError
from services.core.matcher import Matcher
from services.core.page import Pages
from services.core.plan import Role

Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=64,
        description="Lower-case, digits and _.",
    ),
]
Kind = Literal["functional", "emotional", "social"]


class Part(BaseModel):
    """A piece of the journey file: unknown keys are mistakes, and nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionRules(Part):
    """Where one session ends and the next begins."""

    inactivity: Duration = Field(timedelta(minutes=30), description="A longer pause ends the session.")
    max_length: Duration = Field(timedelta(hours=24), description="No session is longer.")
    allowed_lateness: Duration = Field(timedelta(minutes=30), description="How long a closed session can be reopened.")


class Step(Part):
    """A step within a stage."""

    name: Name
    enter: Matcher
    patience: Duration | None = Field(None, description="Longer here counts as stalled.")


class Stage(Part):
    """A stage of the journey, entered by its own matcher or by any of its steps'."""

    name: Name
    enter: Matcher | None = None
    steps: tuple[Step, ...] = ()
    role: Role | None = Field(None, description="What the stage is to a shop, where a detector must know.")
    patience: Duration | None = Field(None, description="Longer here counts as stalled.")
    shortest_path: int | None = Field(None, ge=1, description="Moves of the shortest way here.")

    @model_validator(mode="after")
    def _can_be_entered(self) -> "Stage":
        if self.enter is None and not self.steps:
            raise ValueError("nothing enters this stage: give `enter`, or `steps` that have one")
        return self


class Evidence(Part):
    """An observation that speaks for a job (or, with a negative weight, against it)."""

    match: Matcher
    weight: float = Field(
        ge=-10,
        le=10,
        description="Natural logarithm of the likelihood ratio; 0.7 doubles the odds.",
    )


class Job(Part):
    """A job story: when …, I want …, so that …."""

    name: Name
    when: str = Field(description="The circumstances.")
    want: str = Field(description="The motivation.")
    so_that: str = Field(description="The outcome the customer is after.")
    kinds: tuple[Kind, ...] = ("functional",)
    primary: bool = True
    prior: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="Share of sessions with this job before anything is seen.",
    )
    evidence: tuple[Evidence, ...] = ()
    outcome: Matcher | None = Field(None, description="The customer's measure of done.")
    shortest_path: int | None = Field(None, ge=1, description="Moves of the shortest way to the outcome.")

    @field_validator("name")
    @classmethod
    def _is_not_reserved(cls, name: str) -> str:
        if name == "unassigned":
            raise ValueError("`unassigned` is what we call sessions with thin evidence: choose another name")
        return name


class Journey(Part):
    """A checked journey file."""

    journey: Name
    currency: str = Field("", pattern=r"^([A-Z]{3})?$", description="ISO 4217, where events name none.")
    sessions: SessionRules = Field(default_factory=SessionRules)
    window: Duration = Field(timedelta(days=14), description="How long a job stays open across sessions.")
    stages: tuple[Stage, ...] = Field(min_length=1)
    jobs: tuple[Job, ...] = ()
    pages: Pages = Field(default_factory=Pages, description="Which pages are log-ins, help, policies, errors.")
    unassigned: float = Field(0.5, gt=0, lt=1, description="Prior share of sessions with no job we know.")
    friction: dict[str, dict[str, Any] | None] | None = Field(None, description="Detectors looked for; default: all.")
    intended: tuple[str, ...] = Field((), description="Stages or `stage.step`s whose friction serves the customer.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Journey":
        for what, names in (
            ("stage", [stage.name for stage in self.stages]),
            ("job", [job.name for job in self.jobs]),
            *((f"step of {stage.name}", [step.name for step in stage.steps]) for stage in self.stages),
        ):
            doubled = {name for name in names if names.count(name) > 1}
            if doubled:
                raise ValueError(f"the {what} name {min(doubled)!r} is used twice")
        return self

    @model_validator(mode="after")
    def _knows_the_intended(self) -> "Journey":
        places = {stage.name for stage in self.stages}
        places |= {f"{stage.name}.{step.name}" for stage in self.stages for step in stage.steps}
        for place in self.intended:
            if place not in places:
                raise ValueError(f"intended: {place!r} is no stage or step of this journey")
        return self

    @cached_property
    def version(self) -> str:
        """A hash of the content: two files that mean the same have the same version."""
        return hashlib.blake2b(self.document().encode(), digest_size=6).hexdigest()

    def document(self) -> str:
        """The journey as JSON, from which `read_journey(json.loads(…))` makes it again."""
        return self.model_dump_json(by_alias=True, exclude_unset=True)

    def detectors(self) -> list[Detector]:
        """The detectors this journey asks for, in the order of their names."""
        chosen = self.friction if self.friction is not None else dict.fromkeys(DETECTORS)
        return [DETECTORS[name].model_validate(chosen[name] or {}) for name in sorted(chosen)]


Where = Callable[[tuple[str | int, ...]], str]
"""Says in words where a key stands, such as `desireline.yaml:12`."""


def read_journey(data: Any, where: Where = lambda _: "journey") -> Journey:
    """Check a journey's data as parsed from YAML or JSON.

    Raises JourneyError with one line for each mistake: where it stands, the key, what is wrong.
    """
    try:
        journey = Journey.model_validate(data)
    except ValidationError as error:
        raise JourneyError(list(_problems(error, where, ()))) from None
    problems = [problem for name in journey.friction or {} for problem in _friction_problems(journey, name, where)]
    if problems:
        raise JourneyError(problems)
    return journey


def _friction_problems(journey: Journey, name: str, where: Where) -> Iterator[str]:
    detector = DETECTORS.get(name)
    if detector is None:
        there_are = ", ".join(sorted(DETECTORS))
        yield f"{where(('friction', name))}: friction.{name}: no such detector; there are {there_are}"
        return
    try:
        detector.model_validate((journey.friction or {})[name] or {})
    except ValidationError as error:
        yield from _problems(error, where, ("friction", name))


def _problems(error: ValidationError, where: Where, inside: tuple[str | int, ...]) -> Iterator[str]:
    mistakes = error.errors()
    for one in mistakes:
        inner = [other for other in mistakes if other is not one and other["loc"][: len(one["loc"])] == one["loc"]]
        if one["type"] == "too_short" and inner:
            continue  # it is too short only because what it holds is mistaken
        key = (*inside, *one["loc"])
        dotted = ".".join(str(part) for part in key) or "the file"
        yield f"{where(key)}: {dotted}: {_in_words(one)}"


def _in_words(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown key; take it out, or check its spelling"
    if error["type"] == "missing":
        return "is required but not given"
    return str(error["msg"]).removeprefix("Value error, ")
